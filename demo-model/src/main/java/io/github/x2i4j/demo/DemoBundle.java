package io.github.x2i4j.demo;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The small X2I system that ships with the program, as files: weights are mapped, so they have to lie on a disk.
 *
 * <p>{@link #unpack()} writes them once to the user's cache folder ({@code $XDG_CACHE_HOME/x2i4j} or {@code ~/.cache/x2i4j};
 * {@code ~/Library/Caches/x2i4j} on macOS; {@code %LOCALAPPDATA%\x2i4j} on Windows) and finds them there afterwards. Where that
 * folder cannot be written, the folder for temporary files serves.
 */
public final class DemoBundle {
    private static final String RESOURCES = "/demo-bundle/";
    private static final String MANIFEST = "/demo-bundle.sha256";
    private static final String UNPACKING = "demo-unpacking";
    private static final String LOCK = "demo.lock";

    private DemoBundle() {
    }

    /**
     * The bundle's folder, in the layout of an X2I bundle ({@code x2i.json} inside); its files are complete when this returns.
     * Safe to call from several threads and processes at once.
     *
     * @throws InvalidInputException if it can be written nowhere
     */
    public static Path unpack() {
        return unpack(manifest(), CacheFolders.ofUser(System.getenv(), System.getProperties()),
                CacheFolders.temporary(System.getProperties()));
    }

    static Path unpack(Manifest manifest, Path cache, Path temporary) {
        IOException problem = null;
        if (cache != null) {
            try {
                return unpack(manifest, cache, false);
            } catch (IOException e) {
                problem = e;
            }
        }
        try {
            // Anyone may have made a folder of that name among the temporary files, so its content is checked, not its sizes.
            return unpack(manifest, temporary, true);
        } catch (IOException e) {
            if (problem != null) {
                e.addSuppressed(problem);
            }
            throw new InvalidInputException("The demo bundle can be unpacked neither to " + (cache == null ? "a cache folder" : cache)
                    + " nor to " + temporary + " (" + e + "): make one of them writable with "
                    + (manifest.bytes() >> 20) + " MB free, or name other weights with --bundle.", e);
        }
    }

    static Manifest manifest() {
        try (InputStream in = resource(MANIFEST)) {
            return Manifest.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Unpacks below a cache folder, unless a complete copy lies there. One at a time: threads of this process by the monitor, processes
     * by a lock on a file.
     */
    static synchronized Path unpack(Manifest manifest, Path cache, boolean checkContent) throws IOException {
        Path target = cache.resolve("demo-" + manifest.version());
        if (manifest.matches(target, checkContent)) {
            return target;
        }
        Files.createDirectories(cache);
        try (FileChannel channel = FileChannel.open(cache.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            if (!manifest.matches(target, checkContent)) {
                Path fresh = cache.resolve(UNPACKING);
                try {
                    deleteTree(fresh); // a process that was stopped left it
                    write(manifest, fresh);
                    deleteTree(target);
                    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    deleteTree(fresh);
                }
            }
        }
        return target;
    }

    private static void write(Manifest manifest, Path folder) throws IOException {
        for (Manifest.Entry e : manifest.entries()) {
            Path file = folder.resolve(e.path());
            Files.createDirectories(file.getParent());
            try (InputStream in = resource(RESOURCES + e.path());
                    DigestInputStream hashed = new DigestInputStream(in, Manifest.digest())) {
                Files.copy(hashed, file);
                if (!Manifest.hex(hashed.getMessageDigest().digest()).equals(e.sha256())) {
                    throw new IOException("the program's own copy of " + e.path() + " is damaged: build or install it again");
                }
            }
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path p : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        }
    }

    private static InputStream resource(String name) {
        InputStream in = DemoBundle.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("the program lacks its resource " + name);
        }
        return in;
    }
}
