package io.github.x2i4j.app.cli;

import java.io.PrintWriter;

/** Tells nothing but warnings. */
record Silence(PrintWriter err) implements Display {
    @Override
    public void warn(String message) {
        err.println("x2i: warning: " + message);
    }
}
