package io.github.x2i4j.engine.machine;

/** Says why machine code cannot run in this process. */
public final class DeclinedException extends Exception {
    private static final long serialVersionUID = 1;

    DeclinedException(String reason) {
        super(reason);
    }
}
