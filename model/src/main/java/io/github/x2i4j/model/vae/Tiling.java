package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.InvalidInputException;

/**
 * Working in overlapping tiles, so that memory depends on the tile and not on the picture. Each tile is computed alone (its norms
 * and its attention see nothing else), so the result differs from that of the whole picture.
 *
 * @param tileSampleMinSize side of a tile in pixels
 * @param tileLatentMinSize side of a tile in latents; pictures with a longer side are cut
 * @param tileOverlapFactor share of a tile that the next one repeats, in (0, 1)
 */
public record Tiling(int tileSampleMinSize, int tileLatentMinSize, double tileOverlapFactor) {
    public static final double DEFAULT_OVERLAP = 0.25;

    public Tiling {
        if (!(tileOverlapFactor >= 0 && tileOverlapFactor < 1)) {
            throw new InvalidInputException("tile overlap factor " + tileOverlapFactor + " is outside 0 (inclusive) to 1 (exclusive)");
        }
        if (step(tileSampleMinSize, tileOverlapFactor) < 1 || step(tileLatentMinSize, tileOverlapFactor) < 1) {
            throw new InvalidInputException("tiles of " + tileSampleMinSize + " pixels and " + tileLatentMinSize
                    + " latents overlap so far that they never end; use larger tiles");
        }
    }

    /** Tiles as large as the pictures that an autoencoder was trained on. */
    public static Tiling of(VaeConfig c) {
        return ofPixels(c.sampleSize(), c);
    }

    /** Tiles of a number of pixels for a given autoencoder. */
    public static Tiling ofPixels(int pixels, VaeConfig c) {
        return ofPixels(pixels, c.spatialFactor());
    }

    /** Tiles of a number of pixels for an autoencoder with so many pixels per latent. */
    public static Tiling ofPixels(int pixels, int spatialFactor) {
        return new Tiling(pixels, pixels / spatialFactor, DEFAULT_OVERLAP);
    }

    /** Tiles of a decoder run: latents in, pixels out. */
    Grid decoding() {
        return grid(tileLatentMinSize, tileSampleMinSize);
    }

    /** Tiles of an encoder run: pixels in, latents out. */
    Grid encoding() {
        return grid(tileSampleMinSize, tileLatentMinSize);
    }

    private Grid grid(int in, int out) {
        int blend = (int) (out * tileOverlapFactor);
        return new Grid(in, step(in, tileOverlapFactor), blend, out - blend);
    }

    private static int step(int size, double overlap) {
        return (int) (size * (1 - overlap));
    }

    /**
     * @param tile side of an input tile
     * @param step distance between input tiles
     * @param blend output rows and columns over which neighbours are mixed
     * @param limit output rows and columns that are kept of each tile
     */
    record Grid(int tile, int step, int blend, int limit) {
        boolean cuts(long height, long width) {
            return height > tile || width > tile;
        }
    }
}
