package io.github.x2i4j.model.media.audio;

import java.io.IOException;

/** Tells what a sound is by how it begins. */
final class AudioFormats {
    private static final int LONGEST_MAGIC = 12;

    private AudioFormats() {
    }

    static PcmSource open(AudioInput in) throws IOException {
        byte[] head = in.peek(LONGEST_MAGIC);
        if ((AudioInput.startsWith(head, 0, "RIFF") || AudioInput.startsWith(head, 0, "RF64")) && AudioInput.startsWith(head, 8, "WAVE")) {
            return new WavSource(in);
        }
        if (AudioInput.startsWith(head, 0, "ID3") || head.length >= 2 && head[0] == (byte) 0xFF && (head[1] & 0xE6) == 0xE2) {
            return new Mp3Source(in);
        }
        if (AudioInput.startsWith(head, 0, "OggS")) {
            return new VorbisSource(in);
        }
        if (AudioInput.startsWith(head, 0, "fLaC")) {
            return new FlacSource(in);
        }
        String other = other(head);
        if (other != null) {
            throw new UnsupportedAudioException("is a" + other + " file, which is not read; convert it to WAV, MP3, Ogg Vorbis or FLAC");
        }
        throw new CorruptAudioException((head.length == 0 ? "is empty" : "is no sound") + "; WAV, MP3, Ogg Vorbis and FLAC are read");
    }

    private static String other(byte[] head) {
        if (head.length >= 2 && head[0] == (byte) 0xFF && (head[1] & 0xE6) > 0xE0) {
            return "n MPEG layer I or II";
        }
        if (AudioInput.startsWith(head, 4, "ftyp")) {
            return "n MP4 or M4A";
        }
        if (AudioInput.startsWith(head, 0, "FORM")) {
            return "n AIFF";
        }
        return AudioInput.startsWith(head, 0, "\u001A\u0045\u00DF\u00A3") ? " Matroska or WebM" : null;
    }
}
