package io.github.x2i4j.model;

import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.media.video.VideoFile;
import io.github.x2i4j.model.media.video.VideoOptions;
import java.nio.file.Path;

/**
 * A video that is drawn from.
 *
 * @param name how messages and recipes call it, such as the file's name
 * @param sha256 hash of the file's bytes, in hexadecimal
 * @param video its frames are decoded when the language model reads them
 */
public record SourceVideo(String name, String sha256, Video video) {

    /** {@link #read(Path, VideoOptions)} with the default limits. */
    public static SourceVideo read(Path file) {
        return read(file, VideoOptions.DEFAULT);
    }

    /**
     * Opens an MP4 file with H.264 video.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if it cannot be read, is no video, is corrupt or exceeds a limit
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException naming the container or codec that is not read
     */
    public static SourceVideo read(Path file, VideoOptions options) {
        Video video = VideoFile.open(file, options);
        return new SourceVideo(String.valueOf(file.getFileName()), FileHash.sha256(file), video);
    }
}
