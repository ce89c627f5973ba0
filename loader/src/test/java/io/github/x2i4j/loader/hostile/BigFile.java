package io.github.x2i4j.loader.hostile;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.IntFunction;

/** Files of very many small parts, written without holding them. */
public final class BigFile {
    private static final int BLOCK = 1 << 20;

    private BigFile() {
    }

    /** {@code before}, {@code n} parts, {@code after}. */
    public static Path of(Path file, String before, IntFunction<String> part, int n, String after) throws IOException {
        return of(file, StandardCharsets.UTF_8, before, part, n, after);
    }

    /** {@link #of(Path, String, IntFunction, int, String)} with a byte for each character. */
    public static Path latin(Path file, String before, IntFunction<String> part, int n, String after) throws IOException {
        return of(file, StandardCharsets.ISO_8859_1, before, part, n, after);
    }

    private static Path of(Path file, Charset charset, String before, IntFunction<String> part, int n, String after) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BLOCK)) {
            out.write(before.getBytes(charset));
            for (int i = 0; i < n; i++) {
                out.write(part.apply(i).getBytes(charset));
            }
            out.write(after.getBytes(charset));
        }
        return file;
    }

    /** {@code before}, {@code n} times the same bytes, {@code after}. */
    public static Path repeated(Path file, byte[] before, byte[] part, int n, byte[] after) throws IOException {
        byte[] block = new byte[BLOCK / part.length * part.length];
        for (int i = 0; i < block.length; i++) {
            block[i] = part[i % part.length];
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(before);
            for (long left = (long) n * part.length; left > 0; left -= block.length) {
                out.write(block, 0, (int) Math.min(block.length, left));
            }
            out.write(after);
        }
        return file;
    }

    /** {@link #repeated(Path, byte[], byte[], int, byte[])} for text. */
    public static Path repeated(Path file, String before, String part, int n, String after) throws IOException {
        return repeated(file, before.getBytes(StandardCharsets.UTF_8), part.getBytes(StandardCharsets.UTF_8), n,
                after.getBytes(StandardCharsets.UTF_8));
    }

    /** Makes a safetensors file without data of a file whose first eight bytes are to be the header's length. */
    public static Path asHeader(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, channel.size() - 8), 0);
        }
        return file;
    }
}
