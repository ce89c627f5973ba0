package io.github.x2i4j.model.media.video;

import java.io.IOException;

/** A video of a format that is not decoded; the message continues a sentence that begins with the video's name. */
final class UnsupportedVideoException extends IOException {
    private static final long serialVersionUID = 1;

    UnsupportedVideoException(String message) {
        super(message + "; convert it to an MP4 file with H.264 video (8 bits, 4:2:0, progressive)");
    }
}
