package io.github.x2i4j.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.json.StrictJson;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The parsed case.json of a case.
 *
 * @param model model folder or file, or null
 * @param args an object, empty where the case has none
 * @param tolerance what each checked output may differ by, in the order of the file
 */
record CaseFile(Path folder, String component, String name, Path model, JsonNode args, Map<String, Bound> tolerance) {
    static final String FILE = "case.json";

    /** Largest file of a case; the largest is a list of token ids. */
    private static final int MAX_BYTES = 32 << 20;

    /** @throws InvalidInputException if the file cannot be read or says too little */
    static CaseFile read(Path folder) {
        Path file = folder.resolve(FILE);
        JsonNode root = readJson(file);
        JsonNode args = root.path("args");
        JsonNode model = root.path("model");
        JsonNode component = root.path("component");
        if (!component.isTextual() || !(args.isObject() || isAbsent(args)) || !(model.isTextual() || isAbsent(model))) {
            throw new InvalidInputException(file + ": component and model are strings, args is an object");
        }
        Map<String, Bound> tolerance = new LinkedHashMap<>();
        try {
            for (var e : root.path("tolerance").properties()) {
                tolerance.put(e.getKey(), Bound.read(e.getKey(), e.getValue()));
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidInputException(file + ": " + e.getMessage(), e);
        }
        if (tolerance.isEmpty()) {
            throw new InvalidInputException(file + ": tolerance names no output, so nothing would be checked");
        }
        return new CaseFile(folder, component.textValue(), nameOf(folder),
                isAbsent(model) ? null : folder.resolve(model.textValue()).normalize(),
                isAbsent(args) ? StrictJson.tree(Map.of()) : args, tolerance);
    }

    /** Any JSON file of a case. */
    static JsonNode readJson(Path file) {
        return StrictJson.exactObject(file, MAX_BYTES);
    }

    /** What a component returned, as JSON. */
    static JsonNode toJson(Object value) {
        return StrictJson.tree(value);
    }

    static String nameOf(Path folder) {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return last == null ? "" : last.toString();
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }
}
