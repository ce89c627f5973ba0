package io.github.x2i4j.engine.measure;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Reads memory as fast as loads go, and adds it up so that no load can be left out. */
public final class ReadLoop {
    private static final VectorSpecies<Integer> SPECIES = IntVector.SPECIES_PREFERRED;
    private static final int STEP = 4 * SPECIES.vectorByteSize();

    private ReadLoop() {
    }

    /** Sum of the ints of a segment, whose size is a multiple of 256 bytes. */
    public static int sum(MemorySegment s) {
        ByteOrder order = ByteOrder.nativeOrder();
        IntVector s0 = IntVector.zero(SPECIES);
        IntVector s1 = s0;
        IntVector s2 = s0;
        IntVector s3 = s0;
        int vector = SPECIES.vectorByteSize();
        for (long i = 0; i < s.byteSize(); i += STEP) {
            s0 = s0.add(IntVector.fromMemorySegment(SPECIES, s, i, order));
            s1 = s1.add(IntVector.fromMemorySegment(SPECIES, s, i + vector, order));
            s2 = s2.add(IntVector.fromMemorySegment(SPECIES, s, i + 2L * vector, order));
            s3 = s3.add(IntVector.fromMemorySegment(SPECIES, s, i + 3L * vector, order));
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }
}
