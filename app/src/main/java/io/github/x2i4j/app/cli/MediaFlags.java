package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.SourceAudio;
import io.github.x2i4j.model.SourceVideo;
import io.github.x2i4j.model.media.audio.AudioOptions;
import io.github.x2i4j.model.media.video.VideoOptions;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say how much of videos and sounds is read. */
final class MediaFlags {
    @Option(names = "--max-video-length", paramLabel = "SECONDS", description = "Refuse longer videos. Default: 3600.")
    private Double maxVideoLength;

    @Option(names = "--audio-offset", paramLabel = "SECONDS", description = "Leave out the beginning of each sound. Default: 0.")
    private Double audioOffset;

    @Option(names = "--audio-duration", paramLabel = "SECONDS", description = "Read so much of each sound at most. Default: all.")
    private Double audioDuration;

    @Option(names = "--max-audio-length", paramLabel = "SECONDS",
            description = "Refuse sounds of which more is to be read; up to 28800. Default: 1800.")
    private Double maxAudioLength;

    /**
     * Checks what can be checked without files.
     *
     * @throws InvalidInputException naming the option that is out of range or has nothing to act on
     */
    void check(boolean videos, boolean audios) {
        if (maxVideoLength != null && !(maxVideoLength > 0 && maxVideoLength < Double.POSITIVE_INFINITY)) {
            throw new InvalidInputException("--max-video-length " + maxVideoLength + ": takes a number of seconds above 0.");
        }
        if (audioOffset != null && !(audioOffset >= 0 && audioOffset < Double.POSITIVE_INFINITY)) {
            throw new InvalidInputException("--audio-offset " + audioOffset + ": takes a number of seconds from 0.");
        }
        if (audioDuration != null && !(audioDuration > 0)) {
            throw new InvalidInputException("--audio-duration " + audioDuration + ": takes a number of seconds above 0.");
        }
        if (maxAudioLength != null && !(maxAudioLength > 0 && maxAudioLength <= AudioOptions.MOST_SECONDS)) {
            throw new InvalidInputException("--max-audio-length " + maxAudioLength + ": takes a number of seconds above 0 and up to "
                    + (long) AudioOptions.MOST_SECONDS + ".");
        }
        if (!videos && maxVideoLength != null) {
            throw new InvalidInputException("--max-video-length goes with --video: name a video.");
        }
        if (!audios && (audioOffset != null || audioDuration != null || maxAudioLength != null)) {
            throw new InvalidInputException("--audio-offset, --audio-duration and --max-audio-length go with --audio: name a sound.");
        }
    }

    /** Opens a video within the limit. */
    SourceVideo video(Path file) {
        return SourceVideo.read(file, maxVideoLength == null ? VideoOptions.DEFAULT : VideoOptions.DEFAULT.limit(maxVideoLength));
    }

    /** Reads the part of a sound that is asked for. */
    SourceAudio audio(Path file) {
        AudioOptions part = AudioOptions.DEFAULT.part(audioOffset == null ? 0 : audioOffset,
                audioDuration == null ? Double.POSITIVE_INFINITY : audioDuration);
        return SourceAudio.read(file, maxAudioLength == null ? part : part.limit(maxAudioLength));
    }
}
