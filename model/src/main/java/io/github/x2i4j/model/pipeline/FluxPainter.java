package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler.Schedule;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.flux.LatentGrid;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.noise.NormalGenerator;
import io.github.x2i4j.model.pipeline.FluxParts.Part;
import io.github.x2i4j.model.vae.Autoencoder;
import io.github.x2i4j.model.vae.Tiling;
import io.github.x2i4j.model.vae.VaeNames;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Embeddings to pictures with the parts of a FLUX pipeline: noise, transformer, autoencoder. Each stage opens its own weights when it
 * begins; {@link Parts} says how long they stay. Pictures are drawn one after the other.
 *
 * <p>Holds no state between calls; any number of threads may share one.
 */
public final class FluxPainter {
    private static final int RGB = 3;
    /** Latents that the transformer sees as the channels of one token. */
    private static final int LATENTS_PER_TOKEN = 4;

    private final FluxParts flux;
    private final Parts parts;
    private final FluxConfig transformer;
    private final Autoencoder.Sizes vae;
    private final FlowMatchEulerScheduler scheduler;

    /**
     * Reads the sizes of the parts, of weights at most headers.
     *
     * @throws InvalidInputException if a part is missing or the parts do not fit each other
     */
    public FluxPainter(FluxParts flux) {
        this(flux, Parts.released());
    }

    /**
     * Reads the sizes of the parts, of weights at most headers.
     *
     * @param parts opens the weights and says how long they stay; closed by its owner
     * @throws InvalidInputException if a part is missing or the parts do not fit each other
     */
    public FluxPainter(FluxParts flux, Parts parts) {
        this.flux = flux;
        this.parts = parts;
        transformer = flux.transformer();
        vae = flux.autoencoder();
        scheduler = flux.scheduler(transformer);
        int packed = LATENTS_PER_TOKEN * vae.latentChannels();
        if (transformer.inChannels() != packed || transformer.outChannels() != packed) {
            throw new InvalidInputException(flux.path() + ": the transformer takes " + transformer.inChannels() + " and gives "
                    + transformer.outChannels() + " channels, but the autoencoder's latents have " + packed
                    + "; FLUX variants that take a second picture (Fill, Canny, Depth) are not text-to-image models");
        }
        if (vae.outChannels() != RGB || vae.inChannels() != RGB) {
            throw new InvalidInputException(flux.part(Part.VAE) + ": the autoencoder has " + vae.inChannels() + " input and "
                    + vae.outChannels() + " output channels, expected 3 and 3");
        }
    }

    /** Sizes of the transformer: what embeddings it takes. */
    public FluxConfig transformer() {
        return transformer;
    }

    private record Plan(LatentGrid grid, Schedule schedule, int firstStep, Tiling tiling) {
    }

    /**
     * Refuses options that this model cannot draw with, before anything is computed.
     *
     * @throws InvalidInputException naming the option
     */
    public void check(DrawOptions o) {
        plan(o);
    }

    /**
     * Opens the weights and finds every tensor, so that files that are damaged or do not fit are told before the work and not
     * after it. Only headers and small tensors are read.
     *
     * @throws InvalidInputException naming what is wrong
     */
    public void checkWeights() {
        openTransformer().close();
        openDecoder().close();
    }

    private Plan plan(DrawOptions o) {
        LatentGrid grid = o.grid(vae.spatialFactor());
        return new Plan(grid, scheduler.schedule(o.steps(), grid.tokens()),
                o.image() == null ? 0 : FlowMatchEulerScheduler.firstStep(o.steps(), o.strength()),
                o.vaeTile() == 0 ? null : Tiling.ofPixels(o.vaeTile(), vae.spatialFactor()));
    }

    /**
     * Draws {@code o.count()} pictures.
     *
     * @param negative what the pictures shall not be, or null; used if {@code o.trueCfgScale()} is above 1
     */
    public List<Picture> paint(Ops ops, TextEmbeddings positive, TextEmbeddings negative, DrawOptions o, Progress progress) {
        Plan plan = plan(o);
        check(positive);
        FluxSampler.TrueCfg cfg = null;
        if (negative != null && o.trueCfgScale() > 1) {
            check(negative);
            cfg = new FluxSampler.TrueCfg(negative, (float) o.trueCfgScale());
        }
        NormalGenerator generator = o.noise().generator(o.seed());
        try (Scope f = ops.scope()) {
            Tensor start = o.image() == null ? null : encode(f, o.image(), plan, generator, progress);
            List<Tensor> latents = denoise(f, positive, cfg, o, plan, start, generator, progress);
            return decode(f, latents, plan, progress);
        }
    }

    /** A picture as the transformer's latents [1, C, h, w]: a sample of what the encoder says of it. */
    private Tensor encode(Ops ops, RgbImage image, Plan plan, NormalGenerator generator, Progress progress) {
        LatentGrid grid = plan.grid;
        progress.stage("encode picture", 0);
        progress.check();
        try (Parts.Use<Autoencoder> use = parts.network("autoencoder", () -> openVae(Autoencoder::encoderOf)); Scope f = ops.scope()) {
            int factor = vae.spatialFactor();
            RgbImage resized = PilResize.resize(image, grid.width() * factor, grid.height() * factor, PilResize.Filter.LANCZOS);
            return f.escape(use.part().encodeLatents(f, signed(f, resized), () -> noise(f, grid, generator, 1), plan.tiling, progress.hook()));
        }
    }

    /** Noise to packed latents [1, N, 4C] of each picture. */
    private List<Tensor> denoise(Scope f, TextEmbeddings positive, FluxSampler.TrueCfg cfg, DrawOptions o, Plan plan,
            Tensor start, NormalGenerator generator, Progress progress) {
        progress.check();
        List<Tensor> results = new ArrayList<>();
        try (Parts.Use<FluxTransformer> use = openTransformer(); Scope all = f.scope()) {
            Tensor noise = noise(all, plan.grid, generator, o.count());
            FluxSampler sampler = new FluxSampler(use.part(), plan.schedule);
            for (int i = 0; i < o.count(); i++) {
                progress.stage(o.count() == 1 ? "denoise" : "denoise " + (i + 1) + " of " + o.count(), plan.schedule.steps() - plan.firstStep);
                try (Scope p = f.scope()) {
                    Tensor x = p.slice(noise, 0, i, i + 1);
                    if (start != null) {
                        x = FlowMatchEulerScheduler.scaleNoise(p, plan.schedule, plan.firstStep, start, x);
                    }
                    results.add(p.escape(sampler.sample(p, plan.grid.pack(p, x), plan.grid, plan.firstStep, positive,
                            (float) o.guidance(), cfg, progress)));
                }
            }
        }
        return results;
    }

    private List<Picture> decode(Ops ops, List<Tensor> latents, Plan plan, Progress progress) {
        LatentGrid grid = plan.grid;
        progress.stage("decode", latents.size());
        List<Picture> pictures = new ArrayList<>();
        try (Parts.Use<Autoencoder> use = openDecoder()) {
            Autoencoder decoder = use.part();
            for (Tensor packed : latents) {
                progress.check();
                try (Scope f = ops.scope()) {
                    Tensor x = grid.unpack(f, packed);                                      // [1, C, h, w]
                    Tensor image = decoder.decodeLatents(f, x, plan.tiling, progress.hook()); // [1, 3, H, W]
                    pictures.add(new Picture((int) image.dim(3), (int) image.dim(2), unit(image), packed.toFloats(), grid.tokens()));
                }
                progress.step(pictures.size());
            }
        }
        return pictures;
    }

    private Parts.Use<FluxTransformer> openTransformer() {
        return parts.network("transformer", () -> Loaded.open(flux.part(Part.TRANSFORMER), FluxNames.MAP, FluxTransformer::of));
    }

    private Parts.Use<Autoencoder> openDecoder() {
        return parts.network("decoder", () -> openVae(Autoencoder::decoderOf));
    }

    private Loaded<Autoencoder> openVae(BiFunction<Weights, Config, Autoencoder> bind) {
        return Loaded.open(flux.part(Part.VAE), VaeNames.MAP, bind);
    }

    private void check(TextEmbeddings e) {
        if (e.prompt().dim(2) != transformer.jointAttentionDim() || e.pooled().dim(1) != transformer.pooledProjectionDim()) {
            throw new InvalidInputException("the text has " + e.prompt().dim(2) + " channels a token and " + e.pooled().dim(1)
                    + " pooled, but the transformer in " + flux.path() + " takes " + transformer.jointAttentionDim() + " and "
                    + transformer.pooledProjectionDim() + "; these parts do not belong together");
        }
    }

    /** Noise of some pictures [count, C, h, w], drawn at once as the reference does. */
    private Tensor noise(Ops f, LatentGrid grid, NormalGenerator generator, int count) {
        int c = vae.latentChannels();
        float[] values = generator.normal((long) count * c * grid.height() * grid.width(), DType.F32);
        return f.floats(values, count, c, grid.height(), grid.width());
    }

    /** 8-bit pixels to F32 [1, 3, H, W] in [-1, 1]. */
    private static Tensor signed(Ops f, RgbImage image) {
        int n = image.width() * image.height();
        float[] planes = new float[RGB * n];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < RGB; c++) {
                planes[c * n + i] = 2 * ((image.rgb()[RGB * i + c] & 0xFF) / 255f) - 1;
            }
        }
        return f.floats(planes, 1, RGB, image.height(), image.width());
    }

    /** [-1, 1] to [0, 1], clamped. */
    private static float[] unit(Tensor image) {
        float[] v = image.toFloats();
        for (int i = 0; i < v.length; i++) {
            v[i] = Math.clamp(0.5f * v[i] + 0.5f, 0f, 1f);
        }
        return v;
    }
}
