package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;

/** A video, or its frames, to what a vision tower takes. */
public final class VideoPreprocessComponent implements Component {
    @Override
    public String name() {
        return "video-preprocess";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        return FamilyCases.of(golden.args().path("kind")).video(golden, engine);
    }
}
