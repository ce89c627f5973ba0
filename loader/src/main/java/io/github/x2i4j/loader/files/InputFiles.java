package io.github.x2i4j.loader.files;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens files that a user named, with errors that a user can act on. */
public final class InputFiles {
    private static final int LONGEST_NAME = 160;
    private static final int LONGEST_LINE = 600;

    private InputFiles() {
    }

    /**
     * Checks that {@code file} can be opened without waiting: pipes and devices are refused.
     *
     * @return its size in bytes
     * @throws InvalidInputException if it is missing, a folder, no regular file, or unreadable
     */
    public static long requireFile(Path file) {
        if (!Files.exists(file)) {
            throw wrong(file, "there is no such file or folder" + (Files.isSymbolicLink(file) ? ", the link leads nowhere" : ""));
        }
        if (Files.isDirectory(file)) {
            throw wrong(file, "this is a folder, expected a file");
        }
        if (!Files.isRegularFile(file)) {
            throw wrong(file, "this is no regular file");
        }
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Opens a regular file for reading; see {@link #requireFile}. */
    public static FileChannel open(Path file) {
        requireFile(file);
        try {
            return FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Reads a whole small file.
     *
     * @throws InvalidInputException if it cannot be read or has more than {@code maxBytes} bytes
     */
    public static byte[] readAll(Path file, int maxBytes) {
        long size = requireFile(file);
        if (size > maxBytes) {
            throw wrong(file, "has " + size + " bytes, expected at most " + maxBytes);
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) size);
            if (in.read() >= 0) {
                throw wrong(file, "grew while it was read");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** The error {@code FILE: problem}. */
    public static InvalidInputException wrong(Path file, String problem) {
        return new InvalidInputException(file + ": " + problem);
    }

    /** The error for a file that the system does not let us read. */
    public static InvalidInputException unreadable(Path file, IOException e) {
        String why = e instanceof AccessDeniedException ? "permission denied" : String.valueOf(e.getMessage());
        return new InvalidInputException(file + ": cannot be read: " + why, e);
    }

    /** A name from a file as it may stand in a message: bounded, control characters escaped. */
    public static String shown(String name) {
        return escaped(name, LONGEST_NAME);
    }

    /** A sentence with parts from a file, as {@link #shown} has a name. */
    public static String line(String sentence) {
        return escaped(sentence, LONGEST_LINE);
    }

    private static String escaped(String name, int longest) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            if (s.length() >= longest) {
                return s.append("... (").append(name.length()).append(" characters)").toString();
            }
            char c = name.charAt(i);
            if (Character.isISOControl(c) || Character.isSurrogate(c) || Character.getType(c) == Character.FORMAT) {
                s.append(String.format("\\u%04x", (int) c));
            } else {
                s.append(c);
            }
        }
        return s.isEmpty() ? "(empty name)" : s.toString();
    }
}
