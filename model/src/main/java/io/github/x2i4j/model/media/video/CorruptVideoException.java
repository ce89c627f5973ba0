package io.github.x2i4j.model.media.video;

import java.io.IOException;

/** A video that cannot be decoded; the message continues a sentence that begins with the video's name. */
final class CorruptVideoException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptVideoException(String message) {
        super(message);
    }

    CorruptVideoException(String message, Throwable cause) {
        super(message, cause);
    }
}
