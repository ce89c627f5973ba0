package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.noise.Noise;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import java.security.SecureRandom;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that say how the pictures are drawn. What is not given is for the weights to choose. */
final class PictureFlags {
    /** Sides of pictures are multiples of so many pixels. */
    private static final int UNIT = 16;
    private static final int LEAST_TILE = 64;
    private static final long RANDOM_SEEDS = 1L << 32;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps. Default: the bundle's, or 4; FLUX.1-dev wants 28.")
    private Integer steps;

    @Option(names = "--guidance", paramLabel = "G", description = "Guidance scale that FLUX.1-dev is told. Default: the bundle's, or 3.5.")
    private Double guidance;

    @Option(names = "--width", paramLabel = "PIXELS", description = "Width, a multiple of 16. Default: the bundle's, or 1024.")
    private Integer width;

    @Option(names = "--height", paramLabel = "PIXELS", description = "Height, a multiple of 16. Default: the bundle's, or 1024.")
    private Integer height;

    @Option(names = "--seed", paramLabel = "N", converter = Seed.class,
            description = "Seed of the noise: the same seed gives the same picture. Default: a random one, which is told.")
    private Long seed;

    @Option(names = {"-n", "--count"}, paramLabel = "N", defaultValue = "1",
            description = "How many pictures; their seeds follow each other. Default: 1.")
    private int count;

    @Option(names = "--vae-tile", paramLabel = "PIXELS", defaultValue = "0",
            description = "Let the autoencoder work in overlapping tiles of so many pixels a side, such as 512: less memory, a picture that is "
                    + "a little another. Default: the picture as a whole.")
    private int vaeTile;

    @Option(names = "--noise", paramLabel = "GENERATOR", defaultValue = "torch-cpu",
            description = "Whose random numbers drawing begins with: torch-cpu (PyTorch's on the CPU), torch-cuda (PyTorch's on an H100) or "
                    + "torch-cuda:MULTIPROCESSORSxTHREADS (on another GPU: 108x2048 is an A100, 128x1536 an RTX 4090). Default: torch-cpu.")
    private String noise;

    /**
     * Settings of the pictures.
     *
     * @param seed seed of the first picture; the others' follow
     */
    record Drawing(int steps, double guidance, int width, int height, long seed, int count, int vaeTile, Noise noise) {
        Drawing withSize(int otherWidth, int otherHeight) {
            return new Drawing(steps, guidance, otherWidth, otherHeight, seed, count, vaeTile, noise);
        }

        Drawing withVaeTile(int pixels) {
            return new Drawing(steps, guidance, width, height, seed, count, pixels, noise);
        }

        Drawing withSeed(long other) {
            return new Drawing(steps, guidance, width, height, other, count, vaeTile, noise);
        }
    }

    /** Whether the user leaves the seed to chance. */
    boolean randomSeed() {
        return seed == null;
    }

    /** A seed by chance. */
    static long newSeed() {
        return new SecureRandom().nextLong(RANDOM_SEEDS);
    }

    /**
     * Checks what can be checked without weights.
     *
     * @throws InvalidInputException naming the option that is out of range
     */
    void check() {
        atLeastOne("--steps", steps);
        side("--width", width);
        side("--height", height);
        if (vaeTile != 0 && (vaeTile < LEAST_TILE || vaeTile % UNIT != 0)) {
            throw new InvalidInputException("--vae-tile " + vaeTile + ": takes a multiple of " + UNIT + " from " + LEAST_TILE + ", such as 512.");
        }
        atLeastOne("--count", count);
        checkNoise();
        if (guidance != null && (!Double.isFinite(guidance) || guidance < 0)) {
            throw new InvalidInputException("--guidance " + guidance + ": takes 0 or a number above it.");
        }
        if (seed != null && seed > Long.MAX_VALUE - count + 1) {
            throw new InvalidInputException("--seed " + seed + " with --count " + count + " goes beyond the largest seed, "
                    + Long.MAX_VALUE + ".");
        }
    }

    private void checkNoise() {
        try {
            Noise.parse(noise);
        } catch (InvalidInputException e) {
            throw new InvalidInputException("--noise: " + e.getMessage() + ".");
        }
    }

    /** The settings, with defaults for those not given. */
    Drawing complete(Defaults d) {
        return new Drawing(or(steps, d.steps()), guidance == null ? d.guidance() : guidance, or(width, d.width()),
                or(height, d.height()), seed == null ? newSeed() : seed, count, vaeTile, Noise.parse(noise));
    }

    private static int or(Integer given, int otherwise) {
        return given == null ? otherwise : given;
    }

    private static void atLeastOne(String option, Integer value) {
        if (value != null && value < 1) {
            throw new InvalidInputException(option + " " + value + ": takes a whole number from 1.");
        }
    }

    private static void side(String option, Integer pixels) {
        if (pixels != null && (pixels < UNIT || pixels % UNIT != 0)) {
            int below = Math.max(UNIT, pixels / UNIT * UNIT);
            throw new InvalidInputException(option + " " + pixels + ": takes a multiple of " + UNIT + ", such as " + below + " or "
                    + (below + UNIT) + ".");
        }
    }

    /** Reads seeds and says what they are. */
    static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is no whole number from " + Long.MIN_VALUE + " to " + Long.MAX_VALUE);
            }
        }
    }
}
