package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Tensor;

/**
 * Cosines and sines of a rotary position embedding, of the kind that turns channel m together with channel m + D/2.
 *
 * @param cos F32 [S, D/2]
 * @param sin F32 [S, D/2]
 */
public record Rotary(Tensor cos, Tensor sin) {

    /**
     * Tables of given angles.
     *
     * @param angles [S, D/2], radians, row-major
     */
    public static Rotary ofAngles(Ops f, float[] angles, int rows) {
        return ofAngles(f, angles, rows, RopeFrequencies.FLOAT32);
    }

    /** The same, sines and cosines rounded. */
    public static Rotary ofAngles(Ops f, float[] angles, int rows, RopeFrequencies precision) {
        float[] cos = new float[angles.length];
        float[] sin = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            cos[i] = precision.round((float) Math.cos(angles[i]));
            sin[i] = precision.round((float) Math.sin(angles[i]));
        }
        int width = rows == 0 ? 0 : angles.length / rows;
        return new Rotary(f.floats(cos, rows, width), f.floats(sin, rows, width));
    }

    /**
     * Tables of token positions on three axes (mRoPE, Qwen2-VL section 2.1): the first {@code section[0]} frequencies turn with
     * the temporal position, the next with the height, the last with the width.
     *
     * @param positions [3][S]
     * @param section frequencies of each axis, or null if all turn with axis 0
     * @param precision of the frequencies; angles, sines and cosines are float32
     */
    public static Rotary ofPositions(Ops f, long[][] positions, double theta, int headDim, int[] section, RopeFrequencies precision) {
        float[] frequency = precision.frequencies(theta, headDim);
        int rows = positions[0].length;
        float[] angles = new float[rows * frequency.length];
        for (int d = 0; d < frequency.length; d++) {
            int axis = section == null || d < section[0] ? 0 : d < section[0] + section[1] ? 1 : 2;
            for (int s = 0; s < rows; s++) {
                angles[s * frequency.length + d] = frequency[d] * positions[axis][s];
            }
        }
        return ofAngles(f, angles, rows);
    }

    /** {@code theta^(-2k/dim)}, k = 0 .. dim/2 - 1, in float32 as the reference keeps them. */
    public static float[] frequencies(double theta, int dim) {
        float[] frequency = new float[dim / 2];
        for (int k = 0; k < frequency.length; k++) {
            frequency[k] = 1f / (float) Math.pow(theta, (float) (2 * k) / dim);
        }
        return frequency;
    }

    /** Turns F32 [B, S, heads, D]. */
    public Tensor apply(Ops f, Tensor x) {
        return f.rope(x, cos, sin, RopeStyle.HALVES);
    }
}
