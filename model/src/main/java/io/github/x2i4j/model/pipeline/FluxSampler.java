package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Repeated;
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
        int batch = Math.toIntExact(latents.dim(0));
        try (Scope f = ops.scope()) {
            Conditions positive = conditions(f, text, guidance, grid);
            Conditions negative = cfg == null ? null : conditions(f, cfg.negative, guidance, grid);
            Tensor guided = transformer.guidance(f, positive.guidance());
            Tensor times = times(f, batch);                                                 // [steps, B, 256]
            Repeated.Work step = (s, in) -> {
                Tensor v = transformer.forward(s, in.get(0), in.get(1), guided, positive, hook);  // [B, N, C]
                if (negative == null) {
                    return v;
                }
                Tensor vNegative = transformer.forward(s, in.get(0), in.get(1), guided, negative, hook);
                return s.addScaled(vNegative, cfg.scale, s.addScaled(v, -1, vNegative));
            };
            try (Repeated velocity = progress.needsEveryBlock() ? Repeated.plainly(f, step) : f.repeated(step)) {
                return f.escape(steps(f, latents, grid, first, times, velocity, progress));
            }
        }
    }

    private Tensor steps(Scope f, Tensor latents, LatentGrid grid, int first, Tensor times, Repeated velocity, Progress progress) {
        Scope owner = f.scope();
        try {
            Tensor x = owner.concat(0, latents); // a copy of our own: each step takes and gives back the same memory
            for (int k = first; k < schedule.steps(); k++) {
                progress.check();
                Scope next = f.scope();
                try (Scope s = next.scope()) {
                    Tensor t = s.slice(times, 0, k, k + 1).reshape(times.dim(1), times.dim(2));
                    Tensor v = velocity.run(x, t);
                    try (Scope p = s.scope()) {
                        progress.preview(p.addScaled(x, -schedule.sigmas()[k], v), grid.height(), grid.width());
                    }
                    x = s.escape(FlowMatchEulerScheduler.step(s, schedule, k, x, v));
                } finally {
                    owner.close();
                    owner = next;
                }
                progress.step(k - first + 1);
            }
            progress.method(velocity.how());
            return owner.escape(x);
        } finally {
            owner.close();
        }
    }

    /** Embeddings of all steps' times, the same for each batch entry: they come to the device at once. */
    private Tensor times(Ops f, int batch) {
        float[] times = new float[schedule.steps() * batch];
        for (int i = 0; i < times.length; i++) {
            times[i] = schedule.timesteps()[i / batch] / TIME_UNIT;
        }
        Tensor all = transformer.embed(f, times);
        return all.reshape(schedule.steps(), batch, all.dim(1));
    }

    private Conditions conditions(Ops f, TextEmbeddings text, float guidance, LatentGrid grid) {
        float[] scales = new float[Math.toIntExact(text.prompt().dim(0))];
        Arrays.fill(scales, guidance);
        return new Conditions(text.prompt(), text.pooled(), scales,
                transformer.rope(f, LatentGrid.textIds(text.prompt().dim(1)), grid.imageIds()));
    }
}
