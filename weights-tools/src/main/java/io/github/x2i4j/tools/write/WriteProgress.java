package io.github.x2i4j.tools.write;

import io.github.x2i4j.model.pipeline.Progress;

/** Reports a known number of bytes in twenty steps, and stops between pieces when asked to. */
public final class WriteProgress {
    private static final int STEPS = 20;

    private final Progress progress;
    private final long total;
    private long bytes;
    private int reported;

    /** Begins the stage {@code name}. */
    public WriteProgress(Progress progress, String name, long total) {
        this.progress = progress;
        this.total = Math.max(1, total);
        progress.stage(name, STEPS);
    }

    /**
     * So many bytes more are done.
     *
     * @throws io.github.x2i4j.model.pipeline.CancelledException if the work is to stop
     */
    public void advance(long more) {
        progress.check();
        bytes += more;
        int step = (int) (bytes / ((total + STEPS - 1) / STEPS));
        if (step > reported) {
            reported = Math.min(STEPS, step);
            progress.step(reported);
        }
    }

    /** All is done, however it was counted. */
    public void finish() {
        if (reported < STEPS) {
            reported = STEPS;
            progress.step(STEPS);
        }
    }
}
