package io.github.x2i4j.loader.gguf;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a file one after the other, through one small buffer. Knows its position, for errors. */
final class GgufReader {
    private static final int BUFFER = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long bufferAt;

    GgufReader(Path file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        size = channel.size();
    }

    Path file() {
        return file;
    }

    long size() {
        return size;
    }

    long position() {
        return bufferAt + buffer.position();
    }

    /** Bytes that follow. */
    long remaining() {
        return size - position();
    }

    private void require(int n, String what) throws IOException {
        if (buffer.remaining() >= n) {
            return;
        }
        if (n > remaining()) {
            throw wrong("the file ends inside " + what + "; it is truncated, fetch it again");
        }
        bufferAt += buffer.position();
        buffer.compact();
        while (buffer.position() < n) {
            if (channel.read(buffer, bufferAt + buffer.position()) < 0) {
                throw wrong("the file ends inside " + what + " while it is read");
            }
        }
        buffer.flip();
    }

    int u8(String what) throws IOException {
        require(1, what);
        return buffer.get() & 0xFF;
    }

    int i16(String what) throws IOException {
        require(2, what);
        return buffer.getShort();
    }

    int i32(String what) throws IOException {
        require(4, what);
        return buffer.getInt();
    }

    long i64(String what) throws IOException {
        require(8, what);
        return buffer.getLong();
    }

    /** An unsigned 64-bit number of at most {@code most}. */
    long count(String what, long most) throws IOException {
        long at = position();
        long n = i64(what);
        if (n < 0 || n > most) {
            throw wrong(what + " is " + Long.toUnsignedString(n) + ", expected at most " + most, at);
        }
        return n;
    }

    /** A string: its length in bytes, then UTF-8. */
    String text(String what, int most) throws IOException {
        long at = position();
        int n = (int) count("the length of " + what, Math.min(most, Math.max(0, remaining() - Long.BYTES)));
        byte[] bytes = new byte[n];
        for (int done = 0; done < n;) {
            require(1, what);
            int some = Math.min(buffer.remaining(), n - done);
            buffer.get(bytes, done, some);
            done += some;
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw wrong(what + " is not UTF-8", at);
        }
    }

    InvalidInputException wrong(String problem) {
        return wrong(problem, position());
    }

    InvalidInputException wrong(String problem, long at) {
        return InputFiles.wrong(file, problem + " (byte " + at + ")");
    }
}
