package io.github.x2i4j.bench;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.nn.BlockHook;

/**
 * One block of FLUX.1 at its real width, in a transformer that has no other (the embeddings around it are less than a hundredth of the
 * work, and are not counted).
 */
final class FluxBlock extends Stage {
    private static final int HIDDEN = 3072;
    private static final int TEXT = 512;
    private static final int SMALL = 16;
    private final boolean twoStreams;
    private final int tokens;
    private final DType dtype;
    private FluxTransformer transformer;
    private Input input;
    private Input smallInput;

    /** What goes into the transformer. */
    private record Input(Tensor latents, FluxTransformer.Conditions conditions) {
        static Input of(Scope f, FluxTransformer t, int text, int image) {
            int side = (int) Math.sqrt(image);
            float[][] imageIds = new float[image][];
            for (int i = 0; i < image; i++) {
                imageIds[i] = new float[] {0, i / side, i % side};
            }
            return new Input(Workload.random(f, 1, 1, image, t.config().inChannels()), new FluxTransformer.Conditions(
                    Workload.random(f, 1, 1, text, t.config().jointAttentionDim()),
                    Workload.random(f, 1, 1, t.config().pooledProjectionDim()), null, t.rope(f, new float[text][3], imageIds)));
        }
    }

    /**
     * @param twoStreams a double block, or a single one
     * @param tokens of text (512) and picture together
     */
    FluxBlock(boolean twoStreams, int tokens, DType dtype) {
        this.twoStreams = twoStreams;
        this.tokens = tokens;
        this.dtype = dtype;
    }

    /** Linear layers over the tokens, attention, and modulations, which are products of one row. */
    @Override
    public double flops() {
        return 24.0 * HIDDEN * HIDDEN * tokens + 4.0 * tokens * tokens * HIDDEN + 2.0 * (twoStreams ? 12 : 3) * HIDDEN * HIDDEN;
    }

    @Override
    public double bytes() {
        return dtype.bytes((long) HIDDEN * HIDDEN * (twoStreams ? 36 : 15)) + 8.0 * tokens * HIDDEN;
    }

    @Override
    void bind(Scope f) {
        transformer = new FluxTransformer(new RandomWeights(f, dtype), new FluxConfig(64, 64, twoStreams ? 1 : 0, twoStreams ? 0 : 1, 128,
                HIDDEN / 128, 64, 64, false, new int[] {16, 56, 56}));
        input = Input.of(f, transformer, TEXT, tokens - TEXT);
        smallInput = Input.of(f, transformer, SMALL, SMALL);
    }

    @Override
    Tensor runSmall(Ops f) {
        return transformer.forward(f, smallInput.latents, new float[] {0.7f}, smallInput.conditions, BlockHook.NONE);
    }

    @Override
    public Tensor run(Ops f) {
        return transformer.forward(f, input.latents, new float[] {0.7f}, input.conditions, BlockHook.NONE);
    }
}
