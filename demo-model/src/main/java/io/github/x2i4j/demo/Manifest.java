package io.github.x2i4j.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a bundle with their sizes and hashes. As text: one line a file, {@code SHA-256 size path}, sorted by path, with
 * {@code /} between folders.
 */
record Manifest(List<Entry> entries) {

    /** One file: its path below the bundle's folder, its size in bytes, its SHA-256 in lower-case hex. */
    record Entry(String path, long size, String sha256) {
    }

    static Manifest parse(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] part = line.split(" ", 3);
            entries.add(new Entry(part[2], Long.parseLong(part[1]), part[0]));
        }
        return new Manifest(List.copyOf(entries));
    }

    /** Reads every file below a folder. */
    static Manifest of(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        List<Entry> entries = new ArrayList<>();
        for (Path file : files) {
            String path = folder.relativize(file).toString().replace('\\', '/');
            entries.add(new Entry(path, Files.size(file), sha256(file)));
        }
        entries.sort((a, b) -> a.path().compareTo(b.path()));
        return new Manifest(List.copyOf(entries));
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (Entry e : entries) {
            text.append(e.sha256()).append(' ').append(e.size()).append(' ').append(e.path()).append('\n');
        }
        return text.toString();
    }

    /** A short name of exactly this content. */
    String version() {
        return hex(digest().digest(text().getBytes(StandardCharsets.UTF_8))).substring(0, 12);
    }

    long bytes() {
        return entries.stream().mapToLong(Entry::size).sum();
    }

    /** Whether a folder holds every file in its right size and, where asked, its right content. */
    boolean matches(Path folder, boolean content) throws IOException {
        for (Entry e : entries) {
            Path file = folder.resolve(e.path());
            boolean same = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == e.size()
                    && (!content || sha256(file).equals(e.sha256()));
            if (!same) {
                return false;
            }
        }
        return true;
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java platform has it
        }
    }

    static String hex(byte[] hash) {
        return HexFormat.of().formatHex(hash);
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file); DigestInputStream hashed = new DigestInputStream(in, digest())) {
            byte[] buffer = new byte[1 << 16];
            while (hashed.read(buffer) >= 0) {
                continue;
            }
            return hex(hashed.getMessageDigest().digest());
        }
    }
}
