package io.github.x2i4j.model.media;

import java.io.IOException;

/** A picture in a flavour of its format that is not read; the message continues a sentence that begins with its name. */
final class UnsupportedImageException extends IOException {
    private static final long serialVersionUID = 1;

    UnsupportedImageException(String message) {
        super(message);
    }
}
