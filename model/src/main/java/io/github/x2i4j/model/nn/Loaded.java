package io.github.x2i4j.model.nn;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
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
     * Opens a model folder as Hugging Face libraries write it: config.json beside one or more safetensors files.
     *
     * @param names dialect of the stored names
     * @param bind binds the model's tensors, such as {@code T5Encoder::of}
     * @throws io.github.x2i4j.engine.InvalidInputException naming every problem of the folder's files
     */
    public static <M> Loaded<M> open(Path folder, NameMap names, BiFunction<Weights, Config, M> bind) {
        Config config = Config.read(folder.resolve("config.json"));
        return openWeights(folder, names, weights -> bind.apply(weights, config));
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
