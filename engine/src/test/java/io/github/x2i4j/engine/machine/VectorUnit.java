package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.kernel.ScalarMath;
import io.github.x2i4j.engine.machine.Interpreter.Action;
import java.util.Arrays;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/**
 * What instructions on vectors do.
 *
 * @param n elements of a vector
 */
record VectorUnit(Interpreter machine, int n) {
    interface FloatFunction {
        float apply(float a, float b);
    }

    float first(int v) {
        return Float.intBitsToFloat(machine.vector(v)[0]);
    }

    Action each(int to, int from, IntBinaryOperator f) {
        return each(to, machine.vector(from), machine.vector(from), f);
    }

    Action each(int to, int[] a, int[] b, IntBinaryOperator f) {
        int[] v = machine.vector(to);
        return () -> {
            for (int i = 0; i < n; i++) {
                v[i] = f.applyAsInt(a[i], b[i]);
            }
            machine.clearAbove(to, n);
        };
    }

    Action floats(int to, int[] a, int[] b, FloatFunction f) {
        return each(to, a, b, (x, y) -> Float.floatToRawIntBits(f.apply(Float.intBitsToFloat(x), Float.intBitsToFloat(y))));
    }

    /** {@code a b + c} */
    Action fused(int to, int[] a, int[] b, int[] c) {
        int[] v = machine.vector(to);
        return () -> {
            for (int i = 0; i < n; i++) {
                v[i] = Float.floatToRawIntBits(Math.fma(Float.intBitsToFloat(a[i]), Float.intBitsToFloat(b[i]), Float.intBitsToFloat(c[i])));
            }
            machine.clearAbove(to, n);
        };
    }

    /** Adds products of pairs, those of the upper halves first. */
    Action pairs(int to, int[] a, int[] b) {
        int[] v = machine.vector(to);
        return () -> {
            for (int i = 0; i < n; i++) {
                float sum = Math.fma(TileUnit.high(a[i]), TileUnit.high(b[i]), Float.intBitsToFloat(v[i]));
                v[i] = Float.floatToRawIntBits(Math.fma(TileUnit.low(a[i]), TileUnit.low(b[i]), sum));
            }
            machine.clearAbove(to, n);
        };
    }

    /** Element i becomes element {@code from(i)}. */
    Action gather(int to, int source, IntUnaryOperator from) {
        int[] v = machine.vector(to);
        return () -> {
            int[] old = machine.vector(source).clone();
            Arrays.setAll(v, i -> i < n ? old[from.applyAsInt(i)] : 0);
            machine.clearAbove(to, n);
        };
    }

    /** Sets mask 1 where not {@code a < b}; no other mask is used. */
    Action maskUnlessLess(int mask, int[] a, int[] b) {
        if (mask != 1) {
            throw new AssertionError("mask " + mask);
        }
        return () -> {
            int bits = 0;
            for (int i = 0; i < n; i++) {
                bits |= Float.intBitsToFloat(a[i]) < Float.intBitsToFloat(b[i]) ? 0 : 1 << i;
            }
            machine.setMask(bits);
        };
    }

    Action masked(int to, int from) {
        int[] v = machine.vector(to);
        int[] source = machine.vector(from);
        return () -> {
            for (int i = 0; i < n; i++) {
                v[i] = (machine.mask() >> i & 1) == 1 ? source[i] : 0;
            }
            machine.clearAbove(to, n);
        };
    }

    /** Pairs of neighbours, rounded to BF16; numbers below the normal ones become zero, as the instruction has it. */
    Action narrow(int to, int from) {
        int[] v = machine.vector(to);
        int[] source = machine.vector(from);
        return () -> {
            for (int i = 0; i < n / 2; i++) {
                v[i] = bf16(source[2 * i]) | bf16(source[2 * i + 1]) << 16;
            }
            machine.clearAbove(to, n / 2);
        };
    }

    private static int bf16(int bits) {
        float x = Float.intBitsToFloat(bits);
        return Math.abs(x) < Float.MIN_NORMAL ? bits >>> 16 & 0x8000 : ScalarMath.toBFloat16(x) & 0xFFFF;
    }
}
