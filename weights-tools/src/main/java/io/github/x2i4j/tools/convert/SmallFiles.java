package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.tools.write.OutputPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What lies beside the weights of a folder and belongs to them: configuration and tokenizer. */
final class SmallFiles {
    private static final long MOST_BYTES = 64 << 20;
    private static final String KINDS = ".*\\.(json|txt|model|jinja|md)";

    private SmallFiles() {
    }

    /** Copies them, indexes of weight files aside. */
    static void copy(Path folder, OutputPlace place) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> small = files.filter(f -> f.getFileName().toString().matches(KINDS) && !f.getFileName().toString().endsWith(".index.json"))
                    .sorted().toList();
            for (Path file : small) {
                if (Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES) {
                    place.bytes(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new InvalidInputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
