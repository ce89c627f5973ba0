package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.function.Consumer;

/** Weights and a request to them: what X2I and plain FLUX have in common for someone who wants pictures. */
interface Studio extends AutoCloseable {
    /** What holds where the user says nothing. */
    Defaults defaults();

    /** Draws the request's pictures and hands over each when it is finished. */
    void draw(Drawing drawing, Progress progress, Consumer<X2iPicture> finished);

    /** What memory drawing would need; nothing is computed. */
    MemoryPlan plan(Drawing drawing);

    @Override
    void close();
}
