package io.github.x2i4j.tools.write;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Locale;

/**
 * Where a tool writes: a file, or a folder of files. Everything is written to a hidden place beside it and takes the name it is
 * meant for in one step, by {@link #commit}; until then nothing is there but what was there before. Closing without that, or the
 * end of the process by a signal, takes away what was written.
 */
public final class OutputPlace implements AutoCloseable {
    /** Room for headers, configurations and the file system's own tables. */
    private static final long SLACK = 16 << 20;

    private final Path target;
    private final Path part;
    private final boolean folder;
    private final Thread atExit;
    private volatile boolean done;
    private volatile boolean removed;

    private OutputPlace(Path target, boolean folder) {
        this.target = target;
        this.folder = folder;
        this.part = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        this.atExit = new Thread(this::remove, "removes " + part);
        try {
            if (folder) {
                Files.createDirectory(part);
            } else {
                Files.createFile(part);
            }
        } catch (IOException e) {
            throw failed(e);
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * A file to be written.
     *
     * @param replace whether a file that stands there may be replaced
     * @param sources files and folders that are read meanwhile and must stay as they are
     * @param bytes size of what will be written
     * @throws InvalidInputException if the place cannot be written, is a source, is taken, or has no room
     */
    public static OutputPlace file(Path file, boolean replace, Collection<Path> sources, long bytes) {
        Path target = usable(file);
        if (Files.isDirectory(target)) {
            throw refused(target, "is a folder; name a file in it");
        }
        checkSources(target, sources);
        if (Files.exists(target) && !replace) {
            throw refused(target, "exists already; name another file, or allow it to be replaced (--force)");
        }
        checkRoom(target, bytes, room(target.getParent()));
        return new OutputPlace(target, false);
    }

    /**
     * A folder to be made. One that exists must be empty: nothing in it is ever replaced.
     *
     * @param sources files and folders that are read meanwhile and must stay as they are
     * @param bytes size of what will be written
     * @throws InvalidInputException if the place cannot be written, is taken, or has no room
     */
    public static OutputPlace folder(Path folder, Collection<Path> sources, long bytes) {
        Path target = usable(folder);
        checkSources(target, sources);
        if (Files.exists(target) && !isEmptyFolder(target)) {
            throw refused(target, Files.isDirectory(target) ? "is a folder with something in it; name a new one"
                    : "is a file; name a folder that does not exist");
        }
        checkRoom(target, bytes, room(target.getParent()));
        return new OutputPlace(target, true);
    }

    /** What will have been written once this is committed. */
    public Path target() {
        return target;
    }

    /** Opens the file, or where this is a folder the file {@code name} in it, folders between them included. */
    FileChannel open(String name) {
        try {
            if (!folder) {
                return FileChannel.open(part, StandardOpenOption.WRITE);
            }
            if (removed) {
                throw new IOException("the process is ending");
            }
            Path file = part.resolve(name);
            Files.createDirectories(file.getParent());
            return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Writes a small text file into the folder. */
    public void text(String name, String text) {
        bytes(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a small file into the folder. */
    public void bytes(String name, byte[] content) {
        try (FileChannel channel = open(name)) {
            SafetensorsWriter.put(channel, ByteBuffer.wrap(content));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Gives what was written its name. */
    public void commit() {
        try {
            if (folder) {
                Files.deleteIfExists(target);
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
            done = true;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // the process is ending, and the hook does the same
            return;
        }
    }

    InvalidInputException failed(IOException e) {
        return refused(target, "cannot be written (" + reason(e) + ")", e);
    }

    /** Takes away what was written; at worst something hidden stays. */
    private void remove() {
        if (!done) {
            removed = true;
            delete(part);
        }
    }

    private static void delete(Path path) {
        try {
            if (Files.isDirectory(path)) {
                try (DirectoryStream<Path> inside = Files.newDirectoryStream(path)) {
                    inside.forEach(OutputPlace::delete);
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException _) {
            // What kept it from being deleted kept it from being written too, and that is reported.
        }
    }

    private static Path usable(Path path) {
        Path target = path.toAbsolutePath().normalize();
        Path parent = target.getParent();
        if (parent == null || target.getFileName() == null) {
            throw refused(path, "is no name for a file or folder");
        }
        if (!Files.isDirectory(parent)) {
            throw refused(path, Files.exists(parent) ? "lies in " + parent + ", which is no folder" : "lies in " + parent
                    + ", which does not exist; make that folder first");
        }
        return target;
    }

    private static void checkSources(Path target, Collection<Path> sources) {
        for (Path source : sources) {
            try {
                if (Files.exists(target) && Files.isSameFile(target, source)) {
                    throw refused(target, "is what is being read; name another place");
                }
            } catch (IOException e) {
                // what does not exist is no source
                continue;
            }
        }
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (DirectoryStream<Path> inside = Files.newDirectoryStream(path)) {
            return !inside.iterator().hasNext();
        } catch (IOException e) {
            return false;
        }
    }

    private static long room(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw refused(folder, "cannot be written (" + reason(e) + ")", e);
        }
    }

    /**
     * @param room bytes that are free
     * @throws InvalidInputException if {@code bytes} and what belongs to them do not fit
     */
    static void checkRoom(Path target, long bytes, long room) {
        if (bytes > room - SLACK) {
            throw refused(target, "needs " + shown(bytes) + ", but only " + shown(room) + " are free there; free " + shown(bytes + SLACK - room)
                    + " or name a place on another disk");
        }
    }

    private static String shown(long bytes) {
        return bytes < 10_000_000 ? bytes + " bytes" : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    private static InvalidInputException refused(Path path, String problem) {
        return new InvalidInputException(path + " " + problem);
    }

    private static InvalidInputException refused(Path path, String problem, IOException cause) {
        return new InvalidInputException(path + " " + problem, cause);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException _ -> "access denied";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
