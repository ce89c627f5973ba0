package io.github.x2i4j.model.media;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.PngChunks.Chunk;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The texts that a PNG file holds beside its pixels: chunks tEXt, zTXt and iTXt. */
public final class PngTexts {
    /** Longest unpacked text: a text is read to be shown. */
    private static final int MAX_TEXT = 1 << 24;

    private PngTexts() {
    }

    /**
     * Keyword to text in the order of the file; of several texts with one keyword the first.
     *
     * @throws InvalidInputException if the file cannot be read, is no PNG, or is corrupt
     */
    public static Map<String, String> read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new InvalidInputException(file + " is a folder; name a PNG file");
            }
            return read(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + " does not exist; name a PNG file", e);
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@link #read(Path)} from memory; {@code name} is what errors call it. */
    public static Map<String, String> read(byte[] png, String name) {
        if (!PngChunks.isPng(png)) {
            throw new InvalidInputException(name + " is no PNG file");
        }
        Map<String, String> texts = new LinkedHashMap<>();
        PngChunks chunks = new PngChunks(png);
        try {
            for (Chunk c = chunks.next(); c != null; c = chunks.next()) {
                if (c.type().equals("tEXt") || c.type().equals("zTXt") || c.type().equals("iTXt")) {
                    byte[] data = Arrays.copyOfRange(c.bytes(), c.from(), c.from() + c.length());
                    int end = zero(data, 0);
                    String text = text(c.type(), data, end + 1);
                    texts.putIfAbsent(new String(data, 0, end, StandardCharsets.ISO_8859_1), text);
                }
            }
        } catch (CorruptImageException e) {
            throw new InvalidInputException(name + " " + e.getMessage(), e);
        }
        return texts;
    }

    private static String text(String type, byte[] data, int from) throws CorruptImageException {
        boolean international = type.equals("iTXt");
        Charset charset = international ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        boolean packed = type.equals("zTXt");
        int at = from;
        if (international) {
            packed = byteAt(data, at) != 0;
            at = zero(data, zero(data, at + 2) + 1) + 1; // method, language and translated keyword
        } else if (packed) {
            at++; // method
        }
        return packed ? new String(unpacked(data, at), charset) : new String(data, at, data.length - at, charset);
    }

    private static byte[] unpacked(byte[] data, int from) throws CorruptImageException {
        byteAt(data, from);
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data, from, data.length - from);
            byte[] text = new byte[1024];
            int length = 0;
            while (!inflater.finished()) {
                int n = inflater.inflate(text, length, text.length - length);
                length += n;
                if (n == 0 && (inflater.needsInput() || inflater.needsDictionary()) || length >= MAX_TEXT) {
                    throw new CorruptImageException("is corrupt: one of its packed texts is cut off or too long");
                }
                text = length == text.length ? Arrays.copyOf(text, 2 * length) : text;
            }
            return Arrays.copyOf(text, length);
        } catch (DataFormatException e) {
            throw new CorruptImageException("is corrupt: one of its texts cannot be unpacked", e);
        } finally {
            inflater.end();
        }
    }

    private static int zero(byte[] data, int from) throws CorruptImageException {
        int i = from;
        while (byteAt(data, i) != 0) {
            i++;
        }
        return i;
    }

    private static byte byteAt(byte[] data, int index) throws CorruptImageException {
        if (index >= data.length) {
            throw new CorruptImageException("is corrupt: one of its texts is cut off");
        }
        return data[index];
    }
}
