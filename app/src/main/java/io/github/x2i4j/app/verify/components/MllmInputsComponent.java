package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;

/** Prompt and media to what the networks of a multimodal LLM are given. */
public final class MllmInputsComponent implements Component {
    @Override
    public String name() {
        return "mllm-inputs";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        return FamilyCases.of(golden.args().path("family")).inputs(golden, engine);
    }
}
