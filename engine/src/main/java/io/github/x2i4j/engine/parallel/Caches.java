package io.github.x2i4j.engine.parallel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Sizes of the processor's caches.
 *
 * @param second bytes of the second level that each thread has for itself
 */
public record Caches(long second) {
    /** What is assumed where the system does not tell. */
    static final Caches COMMON = new Caches(1 << 20);

    private static final Path LINUX = Path.of("/sys/devices/system/cpu/cpu0/cache");

    /** What the system says of the first processor. */
    public static Caches read() {
        return read(LINUX);
    }

    /** Reads a folder of Linux's {@code sysfs} with one folder {@code index0, index1, ...} for each cache. */
    static Caches read(Path folder) {
        long second = COMMON.second;
        try {
            for (int i = 0; Files.isDirectory(folder.resolve("index" + i)); i++) {
                Path cache = folder.resolve("index" + i);
                if (line(cache, "level").equals("2") && !line(cache, "type").equals("Instruction")) {
                    second = bytes(line(cache, "size")) / processors(line(cache, "shared_cpu_list"));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return COMMON;
        }
        return new Caches(second);
    }

    private static String line(Path cache, String name) throws IOException {
        return Files.readString(cache.resolve(name)).strip();
    }

    /** Such as {@code 1024K}. */
    private static long bytes(String size) {
        long number = Long.parseLong(size.substring(0, size.length() - 1));
        return number << (size.endsWith("M") ? 20 : 10);
    }

    /** How many processors a list such as {@code 0-1,64} names. */
    private static int processors(String list) {
        int count = 0;
        for (String range : list.split(",")) {
            String[] ends = range.split("-");
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }
}
