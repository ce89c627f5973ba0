package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.pipeline.Progress;

/** Shows a user how the work goes on. */
interface Display extends Progress {
    /** Shows nothing. */
    Display NONE = new Display() {
    };

    /** The work is done, and its last stage with it. */
    default void end() {
    }

    /** The work ended early; other lines follow. */
    default void abort() {
    }
}
