package io.github.x2i4j.app.verify;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds golden cases: folders that hold a case.json. */
public final class CaseFinder {
    private CaseFinder() {
    }

    /**
     * All cases in and below {@code paths}, each once, sorted within each path.
     *
     * @throws InvalidInputException if a path does not exist, cannot be read, or holds no case
     */
    public static List<Path> find(Collection<Path> paths) {
        Map<Path, Path> byRealPath = new LinkedHashMap<>();
        for (Path path : paths) {
            List<Path> below = find(path);
            if (below.isEmpty()) {
                throw new InvalidInputException(path + ": no golden case here; a case is a folder with a " + CaseFile.FILE);
            }
            for (Path folder : below) {
                byRealPath.putIfAbsent(real(folder), folder);
            }
        }
        return List.copyOf(byRealPath.values());
    }

    private static List<Path> find(Path root) {
        if (!Files.exists(root)) {
            throw new InvalidInputException(root + " does not exist");
        }
        if (CaseFile.FILE.equals(CaseFile.nameOf(root)) && Files.isRegularFile(root)) {
            Path parent = root.toAbsolutePath().getParent();
            return List.of(parent);
        }
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    if (Files.exists(folder.resolve(CaseFile.FILE))) {
                        found.add(folder);
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    if (Files.isDirectory(file) && !(e instanceof java.nio.file.FileSystemLoopException)) {
                        throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new InvalidInputException(root + " cannot be read: " + e.getMessage(), e);
        }
        found.sort(null);
        return found;
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new InvalidInputException(folder + " cannot be read: " + e.getMessage(), e);
        }
    }
}
