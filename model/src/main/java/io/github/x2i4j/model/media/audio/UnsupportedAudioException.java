package io.github.x2i4j.model.media.audio;

import java.io.IOException;

/** A sound in a flavour of its format that is not read; the message continues a sentence that begins with its name. */
final class UnsupportedAudioException extends IOException {
    private static final long serialVersionUID = 1;

    UnsupportedAudioException(String message) {
        super(message);
    }
}
