package io.github.x2i4j.model.flux;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Tensor;

/**
 * Rotary position table of FLUX (diffusers' FluxPosEmbed): the channels of a head are divided among the axes of a position, and axis a
 * with d channels turns its pair m by the angle {@code id_a * 10000^(-2m/d)}. Angles, sines and cosines are computed in F64 and
 * rounded once.
 *
 * @param cos F32 [S, headDim / 2]
 * @param sin F32 [S, headDim / 2]
 */
public record RopeTable(Tensor cos, Tensor sin) {
    private static final double THETA = 10_000;

    /**
     * @param ids positions, one for each axis: {@code ids[token][axis]}; any numbers, also fractions
     * @param axesDims channels of each axis, even
     */
    public static RopeTable of(Ops f, float[][] ids, int[] axesDims) {
        int pairs = 0;
        for (int d : axesDims) {
            pairs += d / 2;
        }
        double[] omega = new double[pairs];
        int[] axisOf = new int[pairs];
        for (int a = 0, column = 0; a < axesDims.length; a++) {
            for (int m = 0; m < axesDims[a] / 2; m++, column++) {
                omega[column] = 1 / Math.pow(THETA, 2.0 * m / axesDims[a]);
                axisOf[column] = a;
            }
        }
        float[] cos = new float[Math.multiplyExact(ids.length, pairs)];
        float[] sin = new float[cos.length];
        for (int s = 0; s < ids.length; s++) {
            if (ids[s].length != axesDims.length) {
                throw new IllegalArgumentException("position " + s + " has " + ids[s].length + " axes, expected " + axesDims.length);
            }
            for (int p = 0; p < pairs; p++) {
                double angle = ids[s][axisOf[p]] * omega[p];
                cos[s * pairs + p] = (float) Math.cos(angle);
                sin[s * pairs + p] = (float) Math.sin(angle);
            }
        }
        return new RopeTable(f.floats(cos, ids.length, pairs), f.floats(sin, ids.length, pairs));
    }

    /** Turns the heads of x, F32 [B, S, H, headDim]. */
    public Tensor apply(Ops f, Tensor x) {
        return f.rope(x, cos, sin, RopeStyle.INTERLEAVED);
    }
}
