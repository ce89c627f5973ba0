package io.github.x2i4j.engine.measure;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Multiply-adds on registers alone: what the processor can do at most. One subclass is loaded in a process, so that the compiler
 * knows the species as a constant.
 */
public abstract class FmaLoop {
    /** Independent sums: enough to hide the latency, few enough for sixteen registers. */
    private static final int SUMS = 12;

    abstract VectorSpecies<Float> species();

    /** @param bits width of the vectors: 128, 256 or 512 */
    public static FmaLoop of(int bits) {
        return switch (bits) {
            case 128 -> new Fma128();
            case 256 -> new Fma256();
            case 512 -> new Fma512();
            default -> throw new IllegalArgumentException(bits + " bits");
        };
    }

    /** Floating-point operations of {@code n} rounds. */
    public final double flops(int n) {
        return 2.0 * SUMS * species().length() * n;
    }

    /** The sums tend to 1. */
    public final float run(int n) {
        VectorSpecies<Float> s = species();
        FloatVector a = FloatVector.broadcast(s, 0.999f);
        FloatVector b = FloatVector.broadcast(s, 0.001f);
        FloatVector s0 = FloatVector.broadcast(s, 0);
        FloatVector s1 = FloatVector.broadcast(s, 1);
        FloatVector s2 = FloatVector.broadcast(s, 2);
        FloatVector s3 = FloatVector.broadcast(s, 3);
        FloatVector s4 = FloatVector.broadcast(s, 4);
        FloatVector s5 = FloatVector.broadcast(s, 5);
        FloatVector s6 = FloatVector.broadcast(s, 6);
        FloatVector s7 = FloatVector.broadcast(s, 7);
        FloatVector s8 = FloatVector.broadcast(s, 8);
        FloatVector s9 = FloatVector.broadcast(s, 9);
        FloatVector s10 = FloatVector.broadcast(s, 10);
        FloatVector s11 = FloatVector.broadcast(s, 11);
        for (int i = 0; i < n; i++) {
            s0 = s0.fma(a, b);
            s1 = s1.fma(a, b);
            s2 = s2.fma(a, b);
            s3 = s3.fma(a, b);
            s4 = s4.fma(a, b);
            s5 = s5.fma(a, b);
            s6 = s6.fma(a, b);
            s7 = s7.fma(a, b);
            s8 = s8.fma(a, b);
            s9 = s9.fma(a, b);
            s10 = s10.fma(a, b);
            s11 = s11.fma(a, b);
        }
        FloatVector sum = s0.add(s1).add(s2).add(s3).add(s4).add(s5).add(s6).add(s7).add(s8).add(s9).add(s10).add(s11);
        return sum.reduceLanes(VectorOperators.ADD) / (SUMS * s.length());
    }

    private static final class Fma128 extends FmaLoop {
        @Override
        VectorSpecies<Float> species() {
            return FloatVector.SPECIES_128;
        }
    }

    private static final class Fma256 extends FmaLoop {
        @Override
        VectorSpecies<Float> species() {
            return FloatVector.SPECIES_256;
        }
    }

    private static final class Fma512 extends FmaLoop {
        @Override
        VectorSpecies<Float> species() {
            return FloatVector.SPECIES_512;
        }
    }
}
