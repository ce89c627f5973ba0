package io.github.x2i4j.model;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.ArrayList;
import java.util.List;

/** Passes everything on and keeps the warnings. */
final class WarningCollector implements Progress {
    private final Progress inner;
    private final List<String> warnings = new ArrayList<>();

    WarningCollector(Progress inner) {
        this.inner = inner;
    }

    List<String> warnings() {
        return warnings;
    }

    @Override
    public void warning(String message) {
        warnings.add(message);
        inner.warning(message);
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
    public boolean needsEveryBlock() {
        return inner.needsEveryBlock();
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
    public BlockHook hook() {
        return inner.hook();
    }
}
