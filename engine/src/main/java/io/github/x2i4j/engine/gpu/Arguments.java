package io.github.x2i4j.engine.gpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Arguments of a kernel as C lays them out: each aligned to its size. Filled anew for each launch; not safe for several threads. */
public final class Arguments {
    private static final int MOST_BYTES = 512;
    private static final int MOST = 32;

    private final MemorySegment bytes;
    private final int[] offsets = new int[MOST];
    private int count;
    private int end;

    /** @param bytes native memory, aligned to 8 bytes */
    public Arguments(MemorySegment bytes) {
        this.bytes = bytes.asSlice(0, MOST_BYTES);
    }

    /** Bytes that the arguments of a launch may take. */
    public static long byteSize() {
        return MOST_BYTES;
    }

    Arguments begin() {
        count = 0;
        end = 0;
        return this;
    }

    /** A pointer of the device or a 64-bit number. */
    Arguments add(long value) {
        bytes.set(ValueLayout.JAVA_LONG, place(8, 8), value);
        return this;
    }

    Arguments add(int value) {
        bytes.set(ValueLayout.JAVA_INT, place(4, 4), value);
        return this;
    }

    Arguments add(float value) {
        bytes.set(ValueLayout.JAVA_FLOAT, place(4, 4), value);
        return this;
    }

    /** A structure of 64-bit numbers, passed by value. */
    Arguments add(long[] structure) {
        MemorySegment.copy(structure, 0, bytes, ValueLayout.JAVA_LONG, place(8, 8 * structure.length), structure.length);
        return this;
    }

    private int place(int alignment, int size) {
        int at = Math.ceilDiv(end, alignment) * alignment;
        offsets[count++] = at;
        end = at + size;
        return at;
    }

    /** Number of arguments. */
    public int count() {
        return count;
    }

    /** Where argument {@code i} lies in {@link #bytes()}. */
    public int offset(int i) {
        return offsets[i];
    }

    /** The memory that holds the arguments. */
    public MemorySegment bytes() {
        return bytes;
    }

    /** For people. */
    @Override
    public String toString() {
        return count + " arguments at " + Arrays.toString(Arrays.copyOf(offsets, count));
    }
}
