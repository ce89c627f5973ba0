package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.model.media.RgbImage;

/**
 * A finished picture, free of the engine's memory. Its arrays must not be changed.
 *
 * @param pixels red, green and blue plane, each row by row from the top; in [0, 1]
 * @param latents packed latents after the last step, [tokens][channels] row by row
 * @param tokens rows of {@code latents}
 */
public record Picture(int width, int height, float[] pixels, float[] latents, int tokens) {
    private static final int LEVELS = 255;

    /** The picture in 8 bits a channel, rounded to nearest, halves to even. */
    public RgbImage toRgb() {
        int n = width * height;
        byte[] rgb = new byte[3 * n];
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < n; i++) {
                rgb[3 * i + c] = (byte) Math.rint(LEVELS * pixels[c * n + i]);
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
