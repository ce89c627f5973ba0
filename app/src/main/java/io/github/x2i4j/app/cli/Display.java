package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.pipeline.Progress;

/** Tells a user how the work goes on. */
interface Display extends Progress {
    /** Something was done otherwise than asked, such as a prompt that was cut. */
    void warn(String message);

    /** The work is done, and its last stage with it. */
    default void end() {
    }

    /** The work ended early; other lines follow. */
    default void abort() {
    }
}
