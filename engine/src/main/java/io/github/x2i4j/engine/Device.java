package io.github.x2i4j.engine;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an engine computes on.
 *
 * @param kind the processor, a GPU, or whichever of the two can be had
 * @param number of the GPU, as CUDA counts
 */
public record Device(Kind kind, int number) {
    /** Kinds of devices. {@code AUTO} is the first GPU, or the CPU where there is none that can be used. */
    public enum Kind { AUTO, CPU, CUDA }

    public static final Device CPU = new Device(Kind.CPU, 0);
    public static final Device AUTO = new Device(Kind.AUTO, 0);

    private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,4}))?");

    /**
     * A device as users write it: {@code auto}, {@code cpu}, {@code cuda} (the first GPU), {@code cuda:1}.
     *
     * @throws InvalidInputException if it is none of these
     */
    public static Device parse(String text) {
        Matcher m = CUDA.matcher(text);
        if (m.matches()) {
            return new Device(Kind.CUDA, m.group(1) == null ? 0 : Integer.parseInt(m.group(1)));
        }
        return switch (text) {
            case "auto" -> AUTO;
            case "cpu" -> CPU;
            default -> throw new InvalidInputException("device " + text + ": takes auto, cpu, cuda or cuda:N");
        };
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return switch (kind) {
            case AUTO -> "auto";
            case CPU -> "cpu";
            case CUDA -> "cuda:" + number;
        };
    }
}
