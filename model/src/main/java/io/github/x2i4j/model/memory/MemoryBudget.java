package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The most memory that the process, or on a GPU the GPU, may hold at any time. Of a process: its peak resident size, with the pages of mapped weight files that are in
 * memory (Linux: VmHWM of /proc/self/status). Units are powers of ten: 1 GB = 1,000,000,000 bytes.
 *
 * @param bytes at least 1
 */
public record MemoryBudget(long bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18}(?:\\.\\d{1,3})?)\\s*([kmgt]?)(i?)b?");
    private static final String UNITS = "kmgt";

    public MemoryBudget {
        if (bytes < 1) {
            throw new InvalidInputException("a memory budget of " + bytes + " bytes is none; name one such as 6G");
        }
    }

    /**
     * Reads {@code 6G}, {@code 6.5GB}, {@code 6144M} or {@code 6GiB}; a number without unit is bytes.
     *
     * @throws InvalidInputException if it is no such text
     */
    public static MemoryBudget parse(String text) {
        Matcher m = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            throw new InvalidInputException("\"" + text + "\" is no amount of memory; write one such as 6G or 6144M");
        }
        int power = m.group(2).isEmpty() ? 0 : UNITS.indexOf(m.group(2)) + 1;
        return new MemoryBudget((long) (Double.parseDouble(m.group(1)) * Math.pow(m.group(3).isEmpty() ? 1000 : 1024, power)));
    }

    /** Such as {@code 6.25 GB}, {@code 340 MB} or {@code 12 KB}. */
    public static String text(long bytes) {
        if (bytes < 1e6) {
            return String.format(Locale.ROOT, "%.0f KB", bytes / 1e3);
        }
        return bytes < 1e9 ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6) : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }

    @Override
    public String toString() {
        return text(bytes);
    }
}
