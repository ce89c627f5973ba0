package io.github.x2i4j.model.media.audio;

import java.io.IOException;

/** A sound that cannot be decoded; the message continues a sentence that begins with its name. */
final class CorruptAudioException extends IOException {
    private static final long serialVersionUID = 1;

    CorruptAudioException(String message) {
        super(message);
    }

    CorruptAudioException(String message, Throwable cause) {
        super(message, cause);
    }
}
