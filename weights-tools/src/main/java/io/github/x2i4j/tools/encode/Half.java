package io.github.x2i4j.tools.encode;

import java.nio.ByteBuffer;

/** Scales of blocks, which are stored as F16. */
final class Half {
    private Half() {
    }

    /**
     * Writes a scale.
     *
     * @return the scale as it will be read
     * @throws ArithmeticException if it is beyond F16
     */
    static float put(float scale, ByteBuffer to) {
        float half = round(scale);
        to.putShort(Float.floatToFloat16(half));
        return half;
    }

    /** The nearest F16. */
    static float round(float scale) {
        float half = Float.float16ToFloat(Float.floatToFloat16(scale));
        if (!Float.isFinite(half)) {
            throw new ArithmeticException("holds values too large for the F16 scale of a block");
        }
        return half;
    }
}
