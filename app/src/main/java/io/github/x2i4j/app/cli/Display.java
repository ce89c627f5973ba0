package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.Recipe;
import io.github.x2i4j.model.pipeline.Progress;
import java.nio.file.Path;
import java.util.List;

/** Tells a user how the work goes on. */
interface Display extends Progress {
    /** Something was done otherwise than asked, such as a prompt that was cut. */
    @Override
    void warning(String message);

    /**
     * A picture that was written.
     *
     * @param replaced whether a file of that name stood there before
     * @param seconds since the picture before it, or since the work began
     */
    record Written(Path file, boolean replaced, double seconds, Recipe recipe) {
    }

    /** A picture is on the disk. */
    void picture(Written picture);

    /**
     * What {@code --report} asks for.
     *
     * @param peaks the most over all stages
     */
    void memory(List<MemoryReport.Stage> stages, MemoryReport.Peaks peaks);

    /** The work is done, and its last stage with it. */
    default void end() {
    }

    /** The work ended early; other lines follow. */
    default void abort() {
    }
}
