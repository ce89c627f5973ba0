package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.flux.LatentGrid;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.noise.Noise;

/**
 * How FLUX draws, whatever it draws from.
 *
 * @param height rows of pixels
 * @param width columns of pixels
 * @param sizes what happens to sides that are no multiple of 16
 * @param steps denoising steps; 4 suit schnell, 28 dev
 * @param guidance guidance scale that models with guidance embeds are told; others ignore it
 * @param trueCfgScale classifier-free guidance with a negative prompt: {@code v = v_neg + scale (v_pos - v_neg)}; without a
 *     negative prompt, or at 1, it is off
 * @param seed seed of the noise
 * @param count pictures of one prompt; they differ in their noise
 * @param image picture to begin with, resized to the size asked for; or null to begin with noise alone
 * @param strength how much of {@code image} is drawn anew, in (0, 1]
 * @param vaeTile side in pixels of the overlapping tiles in which the autoencoder works, for less memory; its picture is a little
 *     another then. 0: the picture is computed whole
 * @param noise whose random numbers drawing begins with
 */
public record DrawOptions(int height, int width, Sizes sizes, int steps, double guidance, double trueCfgScale, long seed, int count,
        RgbImage image, double strength, int vaeTile, Noise noise) {

    private static final int LARGEST_SIDE = 16_384;
    private static final int MOST_PICTURES = 1000;
    /** Smaller tiles are mostly overlap. */
    private static final int LEAST_TILE = 64;

    /** What happens to sides that the model cannot draw. */
    public enum Sizes {
        /** They are refused. */
        EXACT,
        /** They are rounded down, as the reference does. */
        ROUND_DOWN
    }

    public DrawOptions {
        if (count < 1 || count > MOST_PICTURES) {
            throw new InvalidInputException("the number of pictures is " + count + ", but must be between 1 and " + MOST_PICTURES);
        }
        if (!Double.isFinite(guidance) || guidance < 0) {
            throw new InvalidInputException("guidance is " + guidance + ", but must be 0 or a number above");
        }
        if (!Double.isFinite(trueCfgScale) || trueCfgScale < 0) {
            throw new InvalidInputException("the true CFG scale is " + trueCfgScale + ", but must be 0 or a number above");
        }
        side("height", height);
        side("width", width);
        if (vaeTile != 0 && (vaeTile < LEAST_TILE || vaeTile > LARGEST_SIDE || vaeTile % 16 != 0)) {
            throw new InvalidInputException("the autoencoder's tiles have sides of " + vaeTile + " pixels, but must have a multiple of 16 from "
                    + LEAST_TILE + " to " + LARGEST_SIDE + ", such as 512");
        }
    }

    /** One picture of this size, from noise alone, with the seed 0. */
    public static DrawOptions of(int height, int width, int steps, double guidance) {
        return new DrawOptions(height, width, Sizes.EXACT, steps, guidance, 1, 0, 1, null, 1, 0, Noise.DEFAULT);
    }

    public DrawOptions withSizes(Sizes other) {
        return new DrawOptions(height, width, other, steps, guidance, trueCfgScale, seed, count, image, strength, vaeTile, noise);
    }

    public DrawOptions withTrueCfgScale(double scale) {
        return new DrawOptions(height, width, sizes, steps, guidance, scale, seed, count, image, strength, vaeTile, noise);
    }

    public DrawOptions withSeed(long other) {
        return new DrawOptions(height, width, sizes, steps, guidance, trueCfgScale, other, count, image, strength, vaeTile, noise);
    }

    public DrawOptions withCount(int pictures) {
        return new DrawOptions(height, width, sizes, steps, guidance, trueCfgScale, seed, pictures, image, strength, vaeTile, noise);
    }

    /** Has the autoencoder work in tiles of so many pixels a side, or whole with 0. */
    public DrawOptions withVaeTile(int pixels) {
        return new DrawOptions(height, width, sizes, steps, guidance, trueCfgScale, seed, count, image, strength, pixels, noise);
    }

    public DrawOptions withNoise(Noise other) {
        return new DrawOptions(height, width, sizes, steps, guidance, trueCfgScale, seed, count, image, strength, vaeTile, other);
    }

    /** Begins with a picture; {@code strength} says how much of it is drawn anew. */
    public DrawOptions from(RgbImage start, double strength) {
        return new DrawOptions(height, width, sizes, steps, guidance, trueCfgScale, seed, count, start, strength, vaeTile, noise);
    }

    /**
     * Latents of the picture.
     *
     * @param spatialFactor pixels per latent of the autoencoder
     * @throws InvalidInputException if a side is refused
     */
    public LatentGrid grid(int spatialFactor) {
        int unit = LatentGrid.pixelsPerToken(spatialFactor);
        multiple("height", height, unit);
        multiple("width", width, unit);
        return LatentGrid.ofPixels(height, width, spatialFactor);
    }

    private void multiple(String name, int side, int unit) {
        int below = side / unit * unit;
        if (below == 0 || sizes == Sizes.EXACT && below != side) {
            throw new InvalidInputException(name + " is " + side + ", but must be a multiple of " + unit + "; "
                    + (below == 0 ? "" : below + " or ") + (below + unit) + " would do");
        }
    }

    private static void side(String name, int pixels) {
        if (pixels < 1 || pixels > LARGEST_SIDE) {
            throw new InvalidInputException(name + " is " + pixels + ", but must be between 1 and " + LARGEST_SIDE);
        }
    }
}
