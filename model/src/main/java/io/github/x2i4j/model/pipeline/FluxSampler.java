package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler.Schedule;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.flux.FluxTransformer.Conditions;
import io.github.x2i4j.model.flux.LatentGrid;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.Arrays;

/**
 * Denoises latents: Euler steps along the velocity that the transformer predicts.
 *
 * @param transformer predicts velocities
 * @param schedule noise levels
 */
public record FluxSampler(FluxTransformer transformer, Schedule schedule) {
    /** The scheduler trains on times in thousands, the transformer is told them in ones. */
    private static final float TIME_UNIT = 1000;

    /**
     * Classifier-free guidance.
     *
     * @param negative what the picture shall not be
     * @param scale 1 has no effect
     */
    public record TrueCfg(TextEmbeddings negative, float scale) {
    }

    /**
     * Runs the steps from {@code first} to the last.
     *
     * @param latents packed latents at the noise level of step {@code first}, F32 [B, N, C]
     * @param text of the same batch
     * @param guidance guidance scale for models that are told one
     * @param cfg classifier-free guidance, or null; it doubles the work
     * @param progress its hook stands around the transformer's blocks
     * @return packed latents without noise, F32 [B, N, C]
     */
    public Tensor sample(Ops ops, Tensor latents, LatentGrid grid, int first, TextEmbeddings text, float guidance, TrueCfg cfg,
            Progress progress) {
        BlockHook hook = progress.hook();
        try (Scope f = ops.scope()) {
            Conditions positive = conditions(f, text, guidance, grid);
            Conditions negative = cfg == null ? null : conditions(f, cfg.negative, guidance, grid);
            Tensor x = latents;
            for (int k = first; k < schedule.steps(); k++) {
                progress.check();
                try (Scope s = f.scope()) {
                    float[] t = new float[Math.toIntExact(latents.dim(0))];
                    Arrays.fill(t, schedule.timesteps()[k] / TIME_UNIT);
                    Tensor v = transformer.forward(s, x, t, positive, hook);            // [B, N, C]
                    if (negative != null) {
                        Tensor vNegative = transformer.forward(s, x, t, negative, hook);
                        v = s.addScaled(vNegative, cfg.scale, s.addScaled(v, -1, vNegative));
                    }
                    progress.preview(s.addScaled(x, -schedule.sigmas()[k], v), grid.height(), grid.width());
                    x = s.escape(FlowMatchEulerScheduler.step(s, schedule, k, x, v));
                }
                progress.step(k - first + 1);
            }
            return f.escape(x);
        }
    }

    private Conditions conditions(Ops f, TextEmbeddings text, float guidance, LatentGrid grid) {
        float[] scales = new float[Math.toIntExact(text.prompt().dim(0))];
        Arrays.fill(scales, guidance);
        return new Conditions(text.prompt(), text.pooled(), scales,
                transformer.rope(f, LatentGrid.textIds(text.prompt().dim(1)), grid.imageIds()));
    }
}
