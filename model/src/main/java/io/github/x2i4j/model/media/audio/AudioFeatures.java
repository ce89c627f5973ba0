package io.github.x2i4j.model.media.audio;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What Whisper's encoder takes of one or several sounds: each is split into pieces of 30 seconds, the features of a piece are cut
 * to its valid frames (one for every begun 10 ms) and filled up with 0.0 to the longest piece (MiniCPM-o's processor).
 *
 * @param values features [pieces, 80, frames]
 * @param frames frames of the longest piece
 * @param lengths valid frames of each piece
 */
public record AudioFeatures(float[] values, int frames, int[] lengths) {
    /** Bands of the mel spectrogram. */
    public static final int BANDS = LogMel.BANDS;

    /** Features of sounds of 16 kHz, in order; none may be empty. */
    public static AudioFeatures of(List<float[]> sounds) {
        int[] lengths = sounds.stream().flatMapToInt(AudioFeatures::pieceLengths).toArray();
        int frames = 0;
        for (int length : lengths) {
            frames = Math.max(frames, length);
        }
        long elements = (long) lengths.length * BANDS * frames;
        if (elements > Integer.MAX_VALUE - 8) {
            throw new InvalidInputException("the sounds of a prompt last too long: " + lengths.length + " pieces of 30 seconds");
        }
        float[] values = new float[(int) elements];
        LogMel mel = new LogMel();
        int piece = 0;
        for (float[] sound : sounds) {
            for (int from = 0; from < sound.length; from += LogMel.PIECE) {
                int to = Math.min(sound.length, from + LogMel.PIECE);
                mel.features(sound, from, to, values, piece * BANDS * frames, frames, lengths[piece]);
                piece++;
            }
        }
        return new AudioFeatures(values, frames, lengths);
    }

    public int pieces() {
        return lengths.length;
    }

    private static IntStream pieceLengths(float[] sound) {
        if (sound.length == 0) {
            throw new IllegalArgumentException("a sound without samples");
        }
        return IntStream.range(0, Math.ceilDiv(sound.length, LogMel.PIECE))
                .map(i -> LogMel.frames(Math.min(LogMel.PIECE, sound.length - i * LogMel.PIECE)));
    }
}
