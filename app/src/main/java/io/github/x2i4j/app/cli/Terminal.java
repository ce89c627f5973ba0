package io.github.x2i4j.app.cli;

import java.io.Console;

/** Whether someone watches. */
final class Terminal {
    private Terminal() {
    }

    /** What the launcher says of standard error; without a launcher, whether the process has a terminal at all. */
    static boolean isThere() {
        String told = System.getProperty("x2i.terminal");
        if (told != null) {
            return told.equals("true");
        }
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
