package io.github.x2i4j.engine.cpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Reads floating-point elements of any dtype as float. */
final class Widen {
    private Widen() {
    }

    static void row(DType dtype, MemorySegment s, long element, float[] to, int n) {
        long at = dtype.bytes(element);
        switch (dtype) {
            case F32 -> MemorySegment.copy(s, Tensor.FLOAT, at, to, 0, n);
            case F64 -> {
                for (int i = 0; i < n; i++) {
                    to[i] = (float) s.get(Tensor.DOUBLE, at + i * 8L);
                }
            }
            case F16 -> {
                for (int i = 0; i < n; i++) {
                    to[i] = Float.float16ToFloat(s.get(Tensor.SHORT, at + i * 2L));
                }
            }
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    to[i] = Float.intBitsToFloat(s.get(Tensor.SHORT, at + i * 2L) << 16);
                }
            }
            default -> throw new IllegalArgumentException(dtype + " holds no real numbers");
        }
    }
}
