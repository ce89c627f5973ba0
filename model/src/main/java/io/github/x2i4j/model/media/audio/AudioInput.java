package io.github.x2i4j.model.media.audio;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The bytes of a sound, in order, with a look ahead. Nothing is allocated on the word of a file longer than itself. */
final class AudioInput implements Closeable {
    private static final int BUFFER = 1 << 16;

    private final BufferedInputStream in;
    private final long size;
    private long position;

    AudioInput(InputStream in, long size) {
        this.in = new BufferedInputStream(in, BUFFER);
        this.size = size;
    }

    static AudioInput open(Path file) throws IOException {
        return new AudioInput(Files.newInputStream(file), Files.size(file));
    }

    static AudioInput of(byte[] bytes) {
        return new AudioInput(new ByteArrayInputStream(bytes), bytes.length);
    }

    long size() {
        return size;
    }

    long position() {
        return position;
    }

    long remaining() {
        return size - position;
    }

    /** The next byte, or -1 at the end. */
    int read() throws IOException {
        int b = in.read();
        position += b < 0 ? 0 : 1;
        return b;
    }

    /** Fills the array as far as there are bytes; how many that were. */
    int read(byte[] to, int length) throws IOException {
        int n = in.readNBytes(to, 0, length);
        position += n;
        return n;
    }

    /** The next bytes, all of them. */
    byte[] bytes(int length) throws IOException {
        if (length > remaining()) {
            throw truncated();
        }
        byte[] bytes = new byte[length];
        if (read(bytes, length) < length) {
            throw truncated();
        }
        return bytes;
    }

    void skip(long length) throws IOException {
        if (length > remaining()) {
            throw truncated();
        }
        in.skipNBytes(length);
        position += length;
    }

    /** The next bytes, which stay unread; fewer at the end. */
    byte[] peek(int length) throws IOException {
        in.mark(length);
        byte[] bytes = in.readNBytes((int) Math.min(length, Math.max(0, remaining())));
        in.reset();
        return bytes;
    }

    CorruptAudioException truncated() {
        return new CorruptAudioException("is truncated at byte " + size);
    }

    static boolean startsWith(byte[] bytes, int from, String magic) {
        byte[] m = magic.getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length >= from + m.length && Arrays.equals(bytes, from, from + m.length, m, 0, m.length);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
