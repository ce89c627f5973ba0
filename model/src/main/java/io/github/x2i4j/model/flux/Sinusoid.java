package io.github.x2i4j.model.flux;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/**
 * Sinusoidal embedding of a number, 256 wide (diffusers' Timesteps with flip_sin_to_cos, no downscale shift):
 * {@code [cos(v f_0) .. cos(v f_127), sin(v f_0) .. sin(v f_127)]}, {@code f_k = 10000^(-k/128)}. Frequencies and angles are rounded
 * to F32 as in the reference, since at v = 1000 that rounding is visible.
 */
final class Sinusoid {
    static final int WIDTH = 256;
    private static final int HALF = WIDTH / 2;

    private Sinusoid() {
    }

    /** F32 [values.length, 256]. */
    static Tensor of(Ops f, float[] values) {
        float[] e = new float[Math.multiplyExact(values.length, WIDTH)];
        float exponent = (float) -Math.log(10_000);
        for (int k = 0; k < HALF; k++) {
            float frequency = (float) Math.exp(exponent * k / HALF);
            for (int b = 0; b < values.length; b++) {
                float angle = values[b] * frequency;
                e[b * WIDTH + k] = (float) Math.cos(angle);
                e[b * WIDTH + HALF + k] = (float) Math.sin(angle);
            }
        }
        return f.floats(e, values.length, WIDTH);
    }
}
