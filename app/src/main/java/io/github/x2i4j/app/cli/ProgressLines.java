package io.github.x2i4j.app.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** Progress as plain lines, for logs: one a step, one for a stage without steps. */
final class ProgressLines extends StageDisplay {
    /** So often a line tells how far a video is decoded. */
    private static final long VIDEO_NANOS = 5_000_000_000L;

    private long videoTold = System.nanoTime();

    ProgressLines(PrintWriter err) {
        super(err);
    }

    @Override
    public void step(int done) {
        line(stage + " " + done + "/" + steps);
    }

    @Override
    public void video(int done, int of) {
        if (done == of || System.nanoTime() - videoTold > VIDEO_NANOS) {
            videoTold = System.nanoTime();
            line("video " + done + "/" + of);
        }
    }

    @Override
    public void end() {
        if (stage != null && steps == 0) {
            line(stage);
        }
        stage = null;
    }

    private void line(String text) {
        err.println(String.format(Locale.ROOT, "%s: %.1f s", text, seconds()));
    }
}
