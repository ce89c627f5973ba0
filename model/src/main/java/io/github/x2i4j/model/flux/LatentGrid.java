package io.github.x2i4j.model.flux;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/**
 * The grid of a picture's latents, and the tokens that the transformer sees: each is a square of 2 x 2 latents, all channels.
 *
 * @param height rows h of latents, even
 * @param width columns w of latents, even
 */
public record LatentGrid(int height, int width) {
    private static final int PATCH = 2;

    public LatentGrid {
        if (height <= 0 || width <= 0 || height % PATCH != 0 || width % PATCH != 0) {
            throw new IllegalArgumentException("latents of " + height + " x " + width + ", expected positive even numbers");
        }
    }

    /**
     * Pixels of a token along a side, of which picture sizes are multiples.
     *
     * @param spatialFactor pixels per latent, 8 for FLUX's autoencoder
     */
    public static int pixelsPerToken(int spatialFactor) {
        return PATCH * spatialFactor;
    }

    /** The grid of a picture whose sides are rounded down to whole tokens, of which there must be at least one. */
    public static LatentGrid ofPixels(int height, int width, int spatialFactor) {
        int side = pixelsPerToken(spatialFactor);
        return new LatentGrid(height / side * PATCH, width / side * PATCH);
    }

    /** Number N of tokens. */
    public int tokens() {
        return Math.multiplyExact(height / PATCH, width / PATCH);
    }

    /** Position of each token: (0, row, column). */
    public float[][] imageIds() {
        int columns = width / PATCH;
        float[][] ids = new float[tokens()][];
        for (int t = 0; t < ids.length; t++) {
            ids[t] = new float[] {0, t / columns, t % columns};
        }
        return ids;
    }

    /** Positions of text tokens: FLUX puts all of them at (0, 0, 0). */
    public static float[][] textIds(long tokens) {
        return new float[Math.toIntExact(tokens)][3];
    }

    /** F32 [B, C, h, w] to tokens [B, N, 4C]: channel {@code 4c + 2dy + dx} of token (i, j) is latent {@code [c, 2i + dy, 2j + dx]}. */
    public Tensor pack(Ops f, Tensor latents) {
        long b = latents.dim(0);
        long c = latents.dim(1);
        Tensor patches = latents.reshape(b, c, height / PATCH, PATCH, width / PATCH, PATCH);
        return f.permute(patches, 0, 2, 4, 1, 3, 5).reshape(b, tokens(), c * PATCH * PATCH);
    }

    /** Tokens F32 [B, N, 4C] to latents [B, C, h, w], inverse of {@link #pack}. */
    public Tensor unpack(Ops f, Tensor tokens) {
        long b = tokens.dim(0);
        long c = tokens.dim(2) / (PATCH * PATCH);
        Tensor patches = tokens.reshape(b, height / PATCH, width / PATCH, c, PATCH, PATCH);
        return f.permute(patches, 0, 3, 1, 4, 2, 5).reshape(b, c, height, width);
    }
}
