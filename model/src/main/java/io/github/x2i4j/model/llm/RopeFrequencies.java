package io.github.x2i4j.model.llm;

/**
 * Precision in which a reference keeps the frequencies of its rotary embeddings ({@code inv_freq}), which shifts the angles of distant
 * tokens: at position 500 the first frequencies by about half a radian.
 */
public enum RopeFrequencies {
    /** As X2I's inference scripts, which move the model to its device and no more. */
    FLOAT32 {
        @Override
        public float round(float x) {
            return x;
        }
    },
    /** As X2I's ComfyUI node and its training, which bring the whole model to bfloat16, these buffers included. */
    BFLOAT16 {
        @Override
        public float round(float x) {
            int bits = Float.floatToRawIntBits(x);
            // to nearest, halves to even; frequencies, positions, sines and cosines are finite
            return Float.intBitsToFloat(bits + HALF + (bits >>> LOST & 1) & MASK);
        }
    };

    private static final int LOST = 16;
    private static final int HALF = 0x7FFF;
    private static final int MASK = 0xFFFF0000;

    /** The nearest number of this precision. */
    public abstract float round(float x);

    /** {@link Rotary#frequencies(double, int)} in this precision. */
    public float[] frequencies(double theta, int dim) {
        float[] frequencies = Rotary.frequencies(theta, dim);
        for (int k = 0; k < frequencies.length; k++) {
            frequencies[k] = round(frequencies[k]);
        }
        return frequencies;
    }
}
