package io.github.x2i4j.model.media;

import java.io.IOException;

/** A picture that cannot be decoded; the message continues a sentence that begins with the picture's name. */
final class CorruptImageException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptImageException(String message) {
        super(message);
    }

    CorruptImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
