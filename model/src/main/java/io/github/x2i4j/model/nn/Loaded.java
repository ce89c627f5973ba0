package io.github.x2i4j.model.nn;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A model and the mapped files its weights lie in. The model may be used until this is closed.
 *
 * @param model bound to {@code checkpoint}
 */
public record Loaded<M>(M model, Checkpoint checkpoint) implements AutoCloseable {

    /**
     * Opens a model folder as Hugging Face libraries write it, config.json beside one or more weight files, or a single weight file.
     *
     * @param names dialect of the stored names
     * @param bind binds the model's tensors, such as {@code T5Encoder::of}; it is given null for a single file, which has no
     *     configuration
     * @throws io.github.x2i4j.engine.InvalidInputException naming every problem of the folder's files
     */
    public static <M> Loaded<M> open(Path fileOrFolder, NameMap names, BiFunction<Weights, Config, M> bind) {
        Config config = Files.isRegularFile(fileOrFolder) ? null : Config.read(fileOrFolder.resolve("config.json"));
        return openWeights(fileOrFolder, names, weights -> bind.apply(weights, config));
    }

    /**
     * What a model's configuration says or, where there is only a single weight file, its tensors.
     *
     * @param names dialect of the stored names
     * @param read is given either weights or a configuration, the other is null
     * @throws io.github.x2i4j.engine.InvalidInputException if the files are damaged
     */
    public static <M> M look(Path fileOrFolder, NameMap names, BiFunction<Weights, Config, M> read) {
        if (!Files.isRegularFile(fileOrFolder)) {
            return read.apply(null, Config.read(fileOrFolder.resolve("config.json")));
        }
        try (Checkpoint checkpoint = Checkpoints.open(fileOrFolder)) {
            return read.apply(Checkpoints.bind(checkpoint, names), null);
        }
    }

    /**
     * Opens a weight file (or a folder of them) that needs no configuration.
     *
     * @param names dialect of the stored names
     * @param bind binds the model's tensors
     * @throws io.github.x2i4j.engine.InvalidInputException naming every problem of the files
     */
    public static <M> Loaded<M> openWeights(Path fileOrFolder, NameMap names, Function<Weights, M> bind) {
        Checkpoint checkpoint = Checkpoints.open(fileOrFolder);
        try {
            Weights weights = Checkpoints.bind(checkpoint, names);
            M model = bind.apply(weights);
            weights.finish();
            return new Loaded<>(model, checkpoint);
        } catch (Throwable e) {
            checkpoint.close();
            throw e;
        }
    }

    @Override
    public void close() {
        checkpoint.close();
    }
}
