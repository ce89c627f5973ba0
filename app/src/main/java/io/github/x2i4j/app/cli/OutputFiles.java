package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where the pictures of one command go. The places are checked before the long work begins; a picture appears under its name
 * when it is complete, or not at all.
 */
final class OutputFiles {
    private static final String SUFFIX = ".png";
    /** Held while a file is written; a process that is asked to stop takes it for good. */
    private static final ReentrantLock WRITING = new ReentrantLock();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(WRITING::lock, "no more files"));
    }

    private final List<Path> files;

    private OutputFiles(List<Path> files) {
        this.files = files;
    }

    /**
     * Names one file a picture, and makes sure that it can be written.
     *
     * @param output what {@code --output} says: a file, replaced where it stands, or a folder; null for the current folder. In
     *     a folder none is replaced
     * @param stem what files in a folder are called, without ending
     * @param bytes upper bound of a picture's size in bytes
     * @throws InvalidInputException if the place does not exist, cannot be written, or has no room
     */
    static OutputFiles plan(Path output, String stem, int count, long bytes) {
        List<Path> files = output == null || Files.isDirectory(output)
                ? free(output == null ? Path.of("") : output, stem, count) : numbered(output, count);
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                throw refused(file, "is a folder");
            }
        }
        check(files.getFirst(), bytes * count);
        return new OutputFiles(files);
    }

    Path file(int index) {
        return files.get(index);
    }

    /**
     * Writes a picture.
     *
     * @return whether a file stood there and was replaced
     * @throws InvalidInputException if it cannot be written; what stood there before still does
     */
    boolean write(int index, byte[] picture) {
        Path file = files.get(index);
        Path part = beside(file);
        WRITING.lock();
        try {
            boolean replaces = Files.exists(file);
            Files.write(part, picture, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return replaces;
        } catch (IOException e) {
            throw refused(file, "cannot be written (" + reason(e) + ")");
        } finally {
            delete(part);
            WRITING.unlock();
        }
    }

    /** {@code out.png}, or {@code out-1.png}, {@code out-2.png}, ... */
    private static List<Path> numbered(Path output, int count) {
        String name = output.getFileName() == null ? "" : output.getFileName().toString();
        if (!name.toLowerCase(Locale.ROOT).endsWith(SUFFIX) || name.length() == SUFFIX.length()) {
            throw new InvalidInputException("--output " + output + ": pictures are written as PNG, so name a file that ends in .png,"
                    + " or a folder that exists.");
        }
        if (count == 1) {
            return List.of(output);
        }
        String stem = name.substring(0, name.length() - SUFFIX.length());
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            files.add(output.resolveSibling(stem + "-" + i + name.substring(stem.length())));
        }
        return files;
    }

    /** The first names that no file has. */
    private static List<Path> free(Path folder, String stem, int count) {
        List<Path> files = new ArrayList<>();
        for (int i = 1; files.size() < count; i++) {
            Path file = folder.resolve(stem + (i == 1 && count == 1 ? "" : "-" + i) + SUFFIX);
            if (!Files.exists(file)) {
                files.add(file);
            }
        }
        return files;
    }

    private static void check(Path file, long bytes) {
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw refused(file, "cannot be written, because " + (Files.exists(folder) ? folder + " is no folder" : "the folder "
                    + folder + " does not exist"));
        }
        Path probe = beside(file);
        long room;
        try {
            Files.write(probe, new byte[1], StandardOpenOption.CREATE_NEW);
            room = Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw refused(file, "cannot be written (" + reason(e) + ")");
        } finally {
            delete(probe);
        }
        if (room < bytes) {
            throw refused(file, "may need " + bytes + " bytes, but only " + room + " are free there");
        }
    }

    private static Path beside(Path file) {
        return file.resolveSibling("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException _) {
            // What kept it from being deleted kept it from being written too, and that is reported.
        }
    }

    private static InvalidInputException refused(Path file, String problem) {
        return new InvalidInputException("--output " + file + " " + problem + ": name another place with --output.");
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "access denied";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> e.getMessage();
        };
    }
}
