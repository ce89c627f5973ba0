package io.github.x2i4j.model.noise;

import io.github.x2i4j.engine.DType;

/** Normal random numbers of a seed. One generator keeps its position between calls. It is used by one thread at a time. */
public sealed interface NormalGenerator permits TorchCpuGenerator, TorchCudaGenerator {
    /**
     * The next normal numbers. The values depend on how a sequence is cut into calls.
     *
     * @param dtype F32, F16 or BF16: the values are rounded to it
     * @throws IllegalArgumentException if the dtype is another one or there are too many elements for an array
     */
    float[] normal(long elements, DType dtype);

    /** An array for so many numbers. */
    static float[] array(long elements, DType dtype) {
        if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("no normal numbers of type " + dtype);
        }
        if (elements < 0 || elements > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(elements + " normal numbers in one call");
        }
        return new float[(int) elements];
    }

    /** Rounds values to nearest, ties to even; they are finite. */
    static void round(float[] out, DType dtype) {
        for (int i = 0; dtype != DType.F32 && i < out.length; i++) {
            out[i] = dtype == DType.F16 ? Float.float16ToFloat(Float.floatToFloat16(out[i])) : toBfloat16(out[i]);
        }
    }

    private static float toBfloat16(float v) {
        int bits = Float.floatToRawIntBits(v);
        return Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
    }
}
