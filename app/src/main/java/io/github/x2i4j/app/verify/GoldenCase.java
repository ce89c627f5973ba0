package io.github.x2i4j.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * One golden case as it lies on the disk.
 *
 * @param folder the case's folder; files named by {@code args} are relative to it
 * @param model model folder or file, or null
 * @param args arguments of the component, an object
 * @param inputs tensors of inputs.safetensors by name, alive while the case runs
 * @param wanted names of the outputs that a tolerance checks
 */
public record GoldenCase(Path folder, String component, String name, Path model, JsonNode args, Map<String, Tensor> inputs,
        Set<String> wanted) {

    /** An input that the case must have. */
    public Tensor input(String name) {
        Tensor t = inputs.get(name);
        if (t == null) {
            throw new InvalidInputException(folder.resolve("inputs.safetensors") + ": no tensor " + name);
        }
        return t;
    }

    /** An input, or null. */
    public Tensor inputOrNull(String name) {
        return inputs.get(name);
    }

    /** A file named by an argument. */
    public Path file(String relative) {
        return folder.resolve(relative).normalize();
    }
}
