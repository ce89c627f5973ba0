package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.nn.BlockHook;
import java.io.PrintWriter;
import java.util.Locale;

/** Progress as a bar a stage, drawn over and over in one line of a terminal. */
final class ProgressBar extends StageDisplay {
    private static final int WIDTH = 40;
    private static final int LINE = 79;
    private static final long REDRAW_NANOS = 50_000_000;

    private int done;
    /** Share of the step under way that is done, and what it was when the stack of blocks under way began. */
    private double inStep;
    private double stackFrom;
    private long drawn;

    ProgressBar(PrintWriter err) {
        super(err);
    }

    @Override
    public void stage(String name, int steps) {
        super.stage(name, steps);
        step(0);
    }

    @Override
    public void step(int done) {
        this.done = done;
        inStep = 0;
        stackFrom = 0;
        draw();
    }

    /** How many stacks of blocks follow is not known, so each fills half of what is left. */
    @Override
    public void block(BlockHook.Place place) {
        if (place.index() == 0) {
            stackFrom = inStep;
        }
        inStep = stackFrom + (1 - stackFrom) / 2 * (place.index() + 1) / place.count();
        if (System.nanoTime() - drawn > REDRAW_NANOS) {
            draw();
        }
    }

    @Override
    public void video(int done, int of) {
        if (done == of || System.nanoTime() - drawn > REDRAW_NANOS) {
            draw("video", (double) done / of, done + "/" + of);
        }
    }

    @Override
    public void warning(String message) {
        err.print("\r" + " ".repeat(LINE) + "\r");
        super.warning(message);
        if (stage != null) {
            draw();
        }
    }

    @Override
    public void end() {
        if (stage != null) {
            step(Math.max(1, steps));
            abort();
        }
    }

    @Override
    public void abort() {
        if (stage != null) {
            err.println();
            stage = null;
        }
    }

    private void draw() {
        draw(stage, (done + inStep) / Math.max(1, steps), steps == 0 ? "" : done + "/" + steps);
    }

    private void draw(String what, double share, String count) {
        drawn = System.nanoTime();
        int filled = (int) Math.min(WIDTH, WIDTH * share);
        err.print(String.format(Locale.ROOT, "\r%-11s [%s%s] %9s %6.1f s", what, "#".repeat(filled), ".".repeat(WIDTH - filled), count,
                seconds()));
        err.flush();
    }
}
