package io.github.x2i4j.app.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** Progress as plain lines, for logs: one a step, one for a stage without steps. */
final class ProgressLines extends StageDisplay {
    ProgressLines(PrintWriter err) {
        super(err);
    }

    @Override
    public void step(int done) {
        line(stage + " " + done + "/" + steps);
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
