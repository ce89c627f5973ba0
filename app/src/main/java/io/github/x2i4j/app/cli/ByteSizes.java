package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: 500M, 1.5G; the units are powers of ten, as disks and files are sold. */
final class ByteSizes {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,6})?)([KMGT]?)B?", Pattern.CASE_INSENSITIVE);

    private ByteSizes() {
    }

    /**
     * @param option what it was given to, for the error
     * @throws InvalidInputException if it is no size above zero
     */
    static long parse(String option, String text) {
        Matcher m = SIZE.matcher(text.strip());
        if (m.matches()) {
            double factor = switch (m.group(2).toUpperCase(Locale.ROOT)) {
                case "K" -> 1e3;
                case "M" -> 1e6;
                case "G" -> 1e9;
                case "T" -> 1e12;
                default -> 1;
            };
            double bytes = Double.parseDouble(m.group(1)) * factor;
            if (bytes >= 1 && bytes < Long.MAX_VALUE) {
                return (long) bytes;
            }
        }
        throw new InvalidInputException(option + " " + text + ": takes a size such as 500M or 5G.");
    }

    /** Such as {@code 23.80 GB}. */
    static String shown(long bytes) {
        return bytes < 10_000 ? bytes + " bytes" : bytes < 10_000_000 ? String.format(Locale.ROOT, "%.1f KB", bytes / 1e3)
                : bytes < 10_000_000_000L ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
