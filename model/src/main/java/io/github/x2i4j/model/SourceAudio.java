package io.github.x2i4j.model;

import io.github.x2i4j.model.media.audio.AudioDecoder;
import io.github.x2i4j.model.media.audio.AudioOptions;
import java.nio.file.Path;

/**
 * A sound that is drawn from.
 *
 * @param name how recipes call it, such as the file's name
 * @param sha256 hash of the file's bytes, in hexadecimal
 * @param samples one channel at 16 kHz; not copied
 */
public record SourceAudio(String name, String sha256, float[] samples) {

    /** {@link #read(Path, AudioOptions)} with the default limits. */
    public static SourceAudio read(Path file) {
        return read(file, AudioOptions.DEFAULT);
    }

    /**
     * Reads a sound file.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if it cannot be read, is no sound, is corrupt or exceeds a limit
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if it is a sound of a format that is not read
     */
    public static SourceAudio read(Path file, AudioOptions options) {
        float[] samples = AudioDecoder.decode(file, options);
        return new SourceAudio(String.valueOf(file.getFileName()), FileHash.sha256(file), samples);
    }
}
