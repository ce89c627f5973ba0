package io.github.x2i4j.app.cli;

import java.io.PrintWriter;

/** A display for people that shows one stage of the work at a time. */
abstract class StageDisplay extends TextDisplay {
    /** What is done, or null between stages. */
    protected String stage;
    /** Steps of it; 0 for none. */
    protected int steps;
    private long started;

    protected StageDisplay(PrintWriter err) {
        super(err);
    }

    @Override
    public void stage(String name, int steps) {
        end();
        this.stage = name;
        this.steps = steps;
        this.started = System.nanoTime();
    }

    /** Since the stage began. */
    protected double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }
}
