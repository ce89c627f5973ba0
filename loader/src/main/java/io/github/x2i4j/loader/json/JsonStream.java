package io.github.x2i4j.loader.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * JSON text in a file, read token by token: memory does not grow with the text. It is held to RFC 8259 as {@link StrictJson} is, but
 * for names that stand twice, which the reader of the tokens looks for.
 */
public final class JsonStream implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;
    private final boolean owner;
    private final long start;
    private final long length;
    private final JsonParser parser;

    private JsonStream(Path file, FileChannel channel, boolean owner, long start, long length) throws IOException {
        this.file = file;
        this.channel = channel;
        this.owner = owner;
        this.start = start;
        this.length = length;
        this.parser = StrictJson.parser(new Utf8Reader(file, channel, start, length));
    }

    /**
     * Opens a file that is JSON as a whole.
     *
     * @throws InvalidInputException if it cannot be read or has more than {@code maxBytes} bytes
     */
    public static JsonStream open(Path file, int maxBytes) {
        FileChannel channel = InputFiles.open(file);
        try {
            long size = channel.size();
            if (size > maxBytes) {
                throw InputFiles.wrong(file, "has " + size + " bytes, expected at most " + maxBytes);
            }
            return new JsonStream(file, channel, true, 0, size);
        } catch (IOException | RuntimeException e) {
            try {
                channel.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            if (e instanceof InvalidInputException invalid) {
                throw invalid;
            }
            throw InputFiles.unreadable(file, e instanceof IOException io ? io : new IOException(e));
        }
    }

    /** JSON text of {@code length} bytes from byte {@code start} on of an open file, which stays the caller's. */
    public static JsonStream part(Path file, FileChannel channel, long start, long length) throws IOException {
        return new JsonStream(file, channel, false, start, length);
    }

    /** Gives the tokens one by one. */
    public JsonParser parser() {
        return parser;
    }

    /** Where the current token begins, in a form that costs nothing; {@link #byteAt} tells the byte. */
    public long place() {
        return parser.currentTokenLocation().getCharOffset();
    }

    /** Byte of the file at a {@link #place}; reads the text again, so it is for messages only. */
    public long byteAt(long place) {
        try {
            return Utf8Reader.byteOf(place, channel, start, length);
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }

    /** The error for text that the parser refused. */
    public InvalidInputException broken(IOException e) {
        if (e instanceof JsonProcessingException j) {
            JsonLocation at = j.getLocation() == null ? parser.currentLocation() : j.getLocation();
            return StrictJson.broken(file, j, byteAt(at.getCharOffset()));
        }
        return InputFiles.unreadable(file, e);
    }

    @Override
    public void close() {
        try {
            parser.close();
            if (owner) {
                channel.close();
            }
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }
}
