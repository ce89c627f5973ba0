package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;

/**
 * Watches a pipeline at work and can stop it: progress, preview and cancellation in one. All calls come from the thread that runs the
 * pipeline, and what they throw ends the work. Every method does nothing unless it is overridden.
 */
public interface Progress {
    /** Watches nothing and never stops. */
    Progress NONE = new Progress() {
    };

    /**
     * A stage begins, and the one before has ended.
     *
     * @param name what is done, for people: {@code text}, {@code denoise}, {@code decode}, ...
     * @param steps how many {@link #step} calls follow; 0 if the stage has no steps
     */
    default void stage(String name, int steps) {
    }

    /** {@code done} steps of the stage are complete. */
    default void step(int done) {
    }

    /** A block of a network is about to be computed; finer than steps, so that a bar moves while a step takes minutes. */
    default void block(BlockHook.Place place) {
    }

    /**
     * A video is being decoded, within a stage.
     *
     * @param done packets that are decoded or passed over; 0 when decoding begins, {@code of} when it has ended
     * @param of packets up to the last that is needed
     */
    default void video(int done, int of) {
    }

    /**
     * The picture as it stands after a denoising step.
     *
     * @param latents F32 [B, h w / 4, 4 C], packed, estimate of the noise-free latents; alive during this call only
     * @param height latent rows h
     * @param width latent columns w
     */
    default void preview(Tensor latents, int height, int width) {
    }

    /** Something that the user should know and that does not stop the work, such as a prompt that was cut: one sentence. */
    default void warning(String message) {
    }

    /** How the steps that ended were given to the device, for reports: a word, or why not otherwise. */
    default void method(String how) {
    }

    /** Asked before every block and every step: true ends the work with a {@link CancelledException}. */
    default boolean cancelled() {
        return false;
    }

    /**
     * Stops here if the work is cancelled.
     *
     * @throws CancelledException if {@link #cancelled()} is true
     */
    default void check() {
        if (cancelled()) {
            throw new CancelledException();
        }
    }

    /**
     * Whether the hook must stand around the blocks of every step, because it changes what they compute or looks at it. Where not, a GPU
     * may do later steps as it did the first ones, without calling it.
     */
    default boolean needsEveryBlock() {
        return false;
    }

    /** Reports blocks and stops between them: attach it to any network. */
    default BlockHook hook() {
        return (f, place, streams, block) -> {
            check();
            block(place);
            return block.apply(streams);
        };
    }
}
