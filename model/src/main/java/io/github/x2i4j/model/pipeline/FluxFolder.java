package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A FLUX pipeline folder as diffusers writes it: model_index.json, and a folder for each part.
 *
 * @param path the folder
 */
public record FluxFolder(Path path) {
    private static final String INDEX = "model_index.json";
    private static final String EXPECTED = "expected a FLUX pipeline folder (" + INDEX + ", transformer, vae, scheduler)";

    /**
     * @throws InvalidInputException saying what the folder is, if it is something else
     */
    public static FluxFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new InvalidInputException(path + (Files.exists(path) ? " is a file, " : " does not exist, ") + EXPECTED);
        }
        Path index = path.resolve(INDEX);
        if (!Files.exists(index)) {
            throw new InvalidInputException(path + " " + describe(path) + ", " + EXPECTED);
        }
        String kind = Config.read(index).text("_class_name");
        if (!kind.startsWith("Flux")) {
            throw new InvalidInputException(index + " describes a " + kind + ", expected a FluxPipeline");
        }
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

    private static String describe(Path path) {
        if (Files.exists(path.resolve("x2i.json"))) {
            return "is an X2I bundle (x2i.json)";
        }
        Config config = Config.readIfPresent(path.resolve("config.json"));
        if (config != null && config.isText("_class_name")) {
            return "is the folder of a single " + config.text("_class_name");
        }
        if (config != null && config.isText("model_type")) {
            return "is the folder of a " + config.text("model_type") + " model";
        }
        return "holds no " + INDEX;
    }
}
