package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file that is mapped, kept open so that its length can be asked for even if another one has its name by now. (A channel would do,
 * but is closed when the thread that asks is interrupted.)
 */
final class MappedFile implements Mapped.Source, AutoCloseable {
    private final Path path;
    private final long bytes;
    private final RandomAccessFile file;

    /** @param bytes how many of the file are mapped */
    MappedFile(Path path, long bytes) throws IOException {
        this.path = path;
        this.bytes = bytes;
        this.file = new RandomAccessFile(path.toFile(), "r");
    }

    @Override
    public void check() {
        long now;
        try {
            now = file.length();
        } catch (IOException e) {
            throw InputFiles.unreadable(path, e);
        }
        if (now < bytes) {
            throw InputFiles.wrong(path, "was cut from " + bytes + " to " + now + " bytes while it was in use; put the whole file back and"
                    + " start again");
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw InputFiles.unreadable(path, e);
        }
    }
}
