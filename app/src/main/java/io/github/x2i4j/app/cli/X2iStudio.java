package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Parts;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.pipeline.X2iPipeline;
import io.github.x2i4j.model.pipeline.X2iPrompt;

/** X2I: the language model reads once, FLUX draws as often as asked. */
final class X2iStudio implements Studio {
    private final X2iPipeline pipeline;
    private final X2iPrompt prompt;
    private X2iPipeline.Conditioning read;

    X2iStudio(Bundle bundle, MllmPrompt content, boolean answer) {
        pipeline = new X2iPipeline(bundle, Parts.released());
        X2iPrompt plain = X2iPrompt.of(content, bundle.prompt());
        prompt = answer ? new X2iPrompt(content, bundle.prompt(), HiddenRows.ANSWER, plain.maxNewTokens(), false) : plain;
    }

    @Override
    public Defaults defaults() {
        return pipeline.bundle().defaults();
    }

    @Override
    public void check(DrawOptions o) {
        pipeline.check(o);
    }

    @Override
    public void read(Scope scope, Progress progress) {
        read = pipeline.condition(scope, prompt, progress);
    }

    @Override
    public String answer() {
        return read.answer() == null ? null : read.answer().text();
    }

    @Override
    public Picture draw(Scope scope, DrawOptions o, Progress progress) {
        return pipeline.paint(scope, read, o, progress).getFirst();
    }
}
