package io.github.x2i4j.app.cli;

import java.io.PrintWriter;

/** Says nothing but warnings. */
final class Silence extends TextDisplay {
    Silence(PrintWriter err) {
        super(err);
    }

    @Override
    public void picture(Written p) {
    }
}
