package io.github.x2i4j.bench;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.vae.AutoencoderKl;
import java.nio.file.Path;

/** The decoder of FLUX.1's autoencoder, in one piece. */
final class VaeDecode extends Stage {
    private static final String CONFIG = """
            {"latent_channels": 16, "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2, "norm_num_groups": 32,
             "use_quant_conv": false, "use_post_quant_conv": false, "sample_size": 1024}""";
    private static final int[] WIDTHS = {128, 256, 512, 512};
    private static final int BLOCKS = 3;
    private static final int SMALL = 4;
    private final int pixels;
    private final DType dtype;
    private AutoencoderKl vae;
    private Tensor latents;
    private Tensor smallLatents;

    /** @param pixels of a side of the picture */
    VaeDecode(int pixels, DType dtype) {
        this.pixels = pixels;
        this.dtype = dtype;
    }

    @Override
    public double flops() {
        double area = Math.pow(pixels / 8.0, 2);
        int in = WIDTHS[WIDTHS.length - 1];
        double sum = conv(16, in, area) + 4 * conv(in, in, area) + 8.0 * in * in * area + 4 * in * area * area;
        for (int level = WIDTHS.length - 1; level >= 0; level--) {
            int out = WIDTHS[level];
            for (int block = 0; block < BLOCKS; block++) {
                sum += conv(in, out, area) + conv(out, out, area) + (in == out ? 0 : 2.0 * in * out * area);
                in = out;
            }
            if (level > 0) {
                area *= 4;
                sum += conv(out, out, area);
            }
        }
        return sum + conv(in, 3, area);
    }

    private static double conv(int in, int out, double area) {
        return 18.0 * in * out * area;
    }

    @Override
    public double bytes() {
        return 0;
    }

    @Override
    void bind(Scope f) {
        vae = AutoencoderKl.decoderOf(new RandomWeights(f, dtype), Config.parse(Path.of("config.json"), CONFIG));
        latents = Workload.random(f, 1, 1, 16, pixels / 8, pixels / 8);
        smallLatents = Workload.random(f, 1, 1, 16, SMALL, SMALL);
    }

    @Override
    Tensor runSmall(Ops f) {
        return vae.decode(f, smallLatents, null, BlockHook.NONE);
    }

    @Override
    public Tensor run(Ops f) {
        return vae.decode(f, latents, null, BlockHook.NONE);
    }
}
