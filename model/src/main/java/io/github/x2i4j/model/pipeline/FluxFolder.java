package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.ModelKind;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A FLUX pipeline folder as diffusers writes it: model_index.json, and a folder for each part.
 *
 * @param path the folder
 */
public record FluxFolder(Path path) {
    /**
     * @throws InvalidInputException saying what the folder is, if it is something else
     */
    public static FluxFolder open(Path path) {
        ModelKind.require(path, ModelKind.FLUX_PIPELINE);
        return new FluxFolder(path);
    }

    /**
     * The folder of a part, such as {@code transformer}.
     *
     * @throws InvalidInputException if there is none
     */
    public Path part(String name) {
        Path folder = path.resolve(name);
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(path + " lacks the folder " + name + " of its FLUX pipeline; download it too");
        }
        return folder;
    }

    /** Config of a part. */
    Config config(String name, String file) {
        return Config.read(part(name).resolve(file));
    }
}
