package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/**
 * The distribution that an encoder gives for a picture (diffusers' DiagonalGaussianDistribution).
 *
 * @param mean F32 [B, latentChannels, h, w]; also the mode
 * @param logvar logarithm of the variance, same shape, clamped to [-30, 20]
 */
public record Posterior(Tensor mean, Tensor logvar) {
    /**
     * One latent: {@code mean + exp(logvar / 2) * noise}.
     *
     * @param noise standard normal, same shape; the caller's generator draws it
     */
    public Tensor sample(Ops f, Tensor noise) {
        if (!noise.shape().equals(mean.shape())) {
            throw new IllegalArgumentException("noise " + noise.shape() + " for latents " + mean.shape());
        }
        float[] m = mean.toFloats();
        float[] l = logvar.toFloats();
        float[] n = noise.toFloats();
        for (int i = 0; i < m.length; i++) {
            m[i] += (float) Math.exp(0.5 * l[i]) * n[i];
        }
        return f.floats(m, mean.shape().toArray());
    }
}
