package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;

/** Hands everything on to another one. What extends this overrides what it does itself, {@link #hook} where it watches blocks. */
public abstract class ForwardingProgress implements Progress {
    private final Progress inner;

    protected ForwardingProgress(Progress inner) {
        this.inner = inner;
    }

    @Override
    public void stage(String name, int steps) {
        inner.stage(name, steps);
    }

    @Override
    public void step(int done) {
        inner.step(done);
    }

    @Override
    public void block(BlockHook.Place place) {
        inner.block(place);
    }

    @Override
    public void video(int done, int of) {
        inner.video(done, of);
    }

    @Override
    public void preview(Tensor latents, int height, int width) {
        inner.preview(latents, height, width);
    }

    @Override
    public void warning(String message) {
        inner.warning(message);
    }

    @Override
    public void method(String how) {
        inner.method(how);
    }

    @Override
    public boolean cancelled() {
        return inner.cancelled();
    }

    @Override
    public void check() {
        inner.check();
    }

    @Override
    public boolean needsEveryBlock() {
        return inner.needsEveryBlock();
    }

    @Override
    public BlockHook hook() {
        return inner.hook();
    }
}
