package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.X2iException;

/** The work was stopped because {@link Progress#cancelled()} said so. Nothing partial is left behind. */
public final class CancelledException extends X2iException {
    private static final long serialVersionUID = 1L;

    public CancelledException() {
        super("cancelled");
    }
}
