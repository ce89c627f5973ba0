package io.github.x2i4j.bench;

import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Weights as users have them: in mapped files, which the system holds in memory. */
final class MappedFile {
    private MappedFile() {
    }

    /** The same numbers in a file of their own, which the system forgets when the mapping is gone. */
    static Tensor of(Tensor weight) {
        long bytes = weight.dtype().bytes(weight.elements());
        try {
            Path file = Files.createTempFile("x2i4j-bench", ".weight");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
                MemorySegment.copy(weight.segment(), 0, mapped, 0, bytes);
                return new Tensor(weight.dtype(), weight.shape(), new HostStorage(mapped), 0);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
