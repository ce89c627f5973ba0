package io.github.x2i4j.engine.format;

/** Numbers of eight bits, by table. */
final class Fp8 {
    static final BlockDecoder E4M3 = of(e4m3());
    static final BlockDecoder E5M2 = of(e5m2());

    private Fp8() {
    }

    private static BlockDecoder of(float[] values) {
        return (from, at, blocks, to, toAt) -> {
            for (int i = 0; i < blocks; i++) {
                to[toAt + i] = values[from[at + i] & 0xFF];
            }
        };
    }

    /** Bias 7; the largest exponent is an ordinary one, but for the mantissa of all ones, which is NaN. */
    private static float[] e4m3() {
        float[] values = new float[256];
        for (int b = 0; b < 256; b++) {
            int exponent = b >> 3 & 15;
            int mantissa = b & 7;
            float magnitude = exponent == 0 ? Math.scalb((float) mantissa, -9) : Math.scalb(8f + mantissa, exponent - 10);
            values[b] = (b & 0x7F) == 0x7F ? Float.NaN : (b & 0x80) == 0 ? magnitude : -magnitude;
        }
        return values;
    }

    private static float[] e5m2() {
        float[] values = new float[256];
        for (int b = 0; b < 256; b++) {
            values[b] = Float.float16ToFloat((short) (b << 8));
        }
        return values;
    }
}
