package io.github.x2i4j.engine;

/** Stride and zero padding of a two-dimensional convolution. Padding may differ between the sides. */
public record ConvSpec(int stride, int top, int left, int bottom, int right) {
    /** Stride 1, the same padding on all four sides. */
    public static ConvSpec padded(int padding) {
        return new ConvSpec(1, padding, padding, padding, padding);
    }

    /** Stride 2, padded by one row below and one column on the right only (AutoencoderKL's Downsample2D). */
    public static final ConvSpec DOWNSAMPLE = new ConvSpec(2, 0, 0, 1, 1);
}
