package io.github.x2i4j.app.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** What every display for people says in the same words. */
abstract class TextDisplay implements Display {
    protected final PrintWriter err;

    protected TextDisplay(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void warning(String message) {
        err.println("x2i: warning: " + message);
    }

    @Override
    public void answer(String text) {
        err.println("answer: " + text);
    }

    @Override
    public void picture(Written p) {
        err.println(String.format(Locale.ROOT, "%s %s: %d x %d, seed %d, %.1f s", p.replaced() ? "replaced" : "wrote", p.file(), p.width(),
                p.height(), p.seed(), p.seconds()));
    }
}
