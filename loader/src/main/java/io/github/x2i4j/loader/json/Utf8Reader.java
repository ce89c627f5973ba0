package io.github.x2i4j.loader.json;

import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Decodes a stretch of a file block by block, and refuses what is no JSON text: bytes that are not UTF-8, a byte order mark, zero
 * bytes. The channel stays the caller's.
 */
final class Utf8Reader extends Reader {
    private static final int BLOCK = 1 << 15;

    private final Path file;
    private final FileChannel channel;
    private final long start;
    private final long end;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK).limit(0);
    /** Byte of the file at which the next block begins. */
    private long position;

    /** Reads bytes {@code start} to {@code start + length} of the file. */
    Utf8Reader(Path file, FileChannel channel, long start, long length) {
        this.file = file;
        this.channel = channel;
        this.start = start;
        this.end = start + length;
        this.position = start;
    }

    @Override
    public int read(char[] to, int at, int length) throws IOException {
        CharBuffer chars = CharBuffer.wrap(to, at, length);
        while (true) {
            boolean last = position == end;
            CoderResult result = decoder.decode(block, chars, last);
            if (result.isError()) {
                throw InputFiles.wrong(file, "the JSON text is not UTF-8, first wrong byte at offset " + (position - block.remaining()));
            }
            if (chars.position() > at) {
                return chars.position() - at;
            }
            if (last || length == 0) {
                return length == 0 ? 0 : -1;
            }
            fill();
        }
    }

    private void fill() throws IOException {
        boolean first = position == start;
        block.compact();
        block.limit((int) Math.min(block.capacity(), block.position() + end - position));
        int fresh = block.position();
        while (block.hasRemaining()) {
            int n = channel.read(block, position + block.position() - fresh);
            if (n < 0) {
                throw InputFiles.wrong(file, "ends at byte " + (position + block.position() - fresh) + " while it was read");
            }
        }
        block.flip();
        for (int i = fresh; i < block.limit(); i++) {
            if (block.get(i) == 0) {
                throw InputFiles.wrong(file, "the JSON text has a zero byte at offset " + (position + i - fresh) + ", expected UTF-8");
            }
        }
        if (first) {
            StrictJson.refuseMark(file, block.array(), block.limit(), start);
        }
        position += block.limit() - fresh;
    }

    /** Byte of the file at which character {@code n} of the text begins: found by reading the text again, for messages. */
    static long byteOf(long n, FileChannel channel, long start, long length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(BLOCK);
        long at = start;
        long seen = 0;
        while (at < start + length) {
            bytes.clear().limit((int) Math.min(BLOCK, start + length - at));
            if (channel.read(bytes, at) < 0) {
                return at;
            }
            bytes.flip();
            while (bytes.hasRemaining()) {
                int b = bytes.get();
                if ((b & 0xC0) != 0x80) { // one that begins a character
                    if (seen >= n) {
                        return at;
                    }
                    seen += (b & 0xF8) == 0xF0 ? 2 : 1;
                }
                at++;
            }
        }
        return at;
    }

    @Override
    public void close() {
        // the channel is the caller's
    }
}
