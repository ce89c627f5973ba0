package io.github.x2i4j.model;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.ImageOptions;
import io.github.x2i4j.model.media.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A picture that is drawn from.
 *
 * @param name how messages and recipes call it, such as the file's name
 * @param sha256 hash of the file's bytes (of a picture in memory: of its pixels), in hexadecimal
 */
public record SourceImage(String name, String sha256, RgbImage image) {
    /** Far above any file with as many pixels as are read. */
    private static final long MAX_FILE_BYTES = 1L << 30;

    /**
     * Reads a PNG, JPEG, WebP, GIF or BMP file; transparency is dropped, as in X2I's scripts.
     *
     * @throws InvalidInputException if it cannot be read or is no picture
     */
    public static SourceImage read(Path file) {
        return read(file, ImageOptions.Transparency.DROPPED);
    }

    /**
     * The same, where it is said what becomes of transparency.
     *
     * @throws InvalidInputException if it cannot be read or is no picture
     */
    public static SourceImage read(Path file, ImageOptions.Transparency transparency) {
        byte[] bytes;
        try {
            if (Files.isDirectory(file)) {
                throw new InvalidInputException(file + " is a folder; name a picture (PNG, JPEG, WebP, GIF or BMP)");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new InvalidInputException(file + " has " + Files.size(file) + " bytes, too many for a picture");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + " does not exist; name a picture (PNG, JPEG, WebP, GIF or BMP)", e);
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
        }
        return new SourceImage(String.valueOf(file.getFileName()), sha256(bytes),
                ImageDecoder.decode(bytes, file.toString(), ImageOptions.DEFAULT.with(transparency)));
    }

    /** A picture in memory. */
    public static SourceImage of(String name, RgbImage image) {
        return new SourceImage(name, sha256(image.rgb()), image);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
