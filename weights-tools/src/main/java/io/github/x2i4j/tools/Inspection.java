package io.github.x2i4j.tools;

import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a weight file or model folder is and holds. Names and texts are as they stand in the files; {@link InspectionReport} escapes
 * them for a terminal.
 *
 * @param path the file or folder
 * @param kind what it is
 * @param description the same in words
 * @param tensors the tensors that lie in it, parts excluded, by name
 * @param config facts of its configuration, by field
 * @param metadata strings that its weight files carry
 * @param problems what is missing or damaged, a sentence each
 * @param parts the folders and files it is made of, for a pipeline or a bundle
 */
public record Inspection(Path path, ModelKind kind, String description, List<TensorInfo> tensors, Map<String, String> config,
        Map<String, String> metadata, List<String> problems, List<Part> parts) {
    /** A named part of a pipeline or bundle, such as {@code vae}. */
    public record Part(String name, Inspection inspection) {
    }

    /**
     * Sums over tensors.
     *
     * @param tensors number of tensors
     * @param elements number of their elements
     * @param bytes size of their data
     */
    public record Total(long tensors, long elements, long bytes) {
        static final Total NONE = new Total(0, 0, 0);

        Total plus(Total other) {
            return new Total(tensors + other.tensors, elements + other.elements, bytes + other.bytes);
        }
    }

    public Inspection {
        tensors = List.copyOf(tensors);
        problems = List.copyOf(problems);
        parts = List.copyOf(parts);
    }

    /** Sums by dtype, parts included. */
    public SortedMap<String, Total> totals() {
        TreeMap<String, Total> totals = new TreeMap<>();
        for (TensorInfo t : tensors) {
            totals.merge(t.dtype(), new Total(1, t.shape().elements(), t.bytes()), Total::plus);
        }
        for (Part p : parts) {
            p.inspection().totals().forEach((dtype, total) -> totals.merge(dtype, total, Total::plus));
        }
        return totals;
    }

    /** Sum over all tensors, parts included. */
    public Total total() {
        return totals().values().stream().reduce(Total.NONE, Total::plus);
    }

    /** True if a tensor's name begins so. */
    boolean holds(String prefix) {
        return tensors.stream().anyMatch(t -> t.name().startsWith(prefix));
    }

    /** Number of weights: elements of floating-point tensors, parts included. */
    public long parameters() {
        return totals().entrySet().stream().filter(e -> e.getKey().matches("B?F[0-9].*")).mapToLong(e -> e.getValue().elements()).sum();
    }

    /** Problems of this and of its parts, the latter with the part's name in front. */
    public List<String> allProblems() {
        List<String> all = new ArrayList<>(problems);
        for (Part p : parts) {
            p.inspection().allProblems().forEach(problem -> all.add(p.name() + ": " + problem));
        }
        return all;
    }
}
