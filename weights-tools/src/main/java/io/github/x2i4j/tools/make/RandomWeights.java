package io.github.x2i4j.tools.make;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.convert.TypeRules;
import io.github.x2i4j.tools.encode.TensorEncoder;
import io.github.x2i4j.tools.write.OutputPlace;
import io.github.x2i4j.tools.write.OutputTensor;
import io.github.x2i4j.tools.write.SafetensorsWriter;
import io.github.x2i4j.tools.write.WriteProgress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes random weights of a named architecture, for measuring and testing what the published weights are too large for. The same
 * seed makes the same bytes on every machine; a number is the same in every type but for that type's rounding. Activations stay
 * finite through the whole network; pictures are noise.
 */
public final class RandomWeights {
    /** Bytes of a file from which on the next one begins, where nothing else is asked for. */
    public static final long SHARD_BYTES = 10_000_000_000L;

    private RandomWeights() {
    }

    /**
     * What is to be made.
     *
     * @param seed any number
     * @param dtype type of all tensors; where it is block-quantised, what {@link TypeRules} keeps is BF16
     * @param shardBytes size from which on weights are cut into several files
     */
    public record Options(long seed, DType dtype, Sizes sizes, long shardBytes) {
    }

    /**
     * What was made.
     *
     * @param parameters number of values
     * @param bytes size of the weights
     */
    public record Made(Path folder, long tensors, long parameters, long bytes) {
    }

    /**
     * Makes a folder with config.json and weights.
     *
     * @param folder does not exist, or is empty
     * @throws io.github.x2i4j.engine.InvalidInputException if the sizes are impossible, or the folder cannot be written or has no room
     * @throws io.github.x2i4j.model.pipeline.CancelledException if {@code progress} says so; nothing is left then
     */
    public static Made make(Architecture architecture, Path folder, Options options, Progress progress) {
        return make(List.of(new Part("", architecture, options.sizes())), Map.of(), folder, options, progress);
    }

    /**
     * One network among several.
     *
     * @param folder its own folder inside, or empty
     */
    record Part(String folder, Architecture architecture, Sizes sizes) {
        String place(String name) {
            return folder.isEmpty() ? name : folder + "/" + name;
        }

        List<OutputTensor> tensors(Options options) {
            List<OutputTensor> tensors = new ArrayList<>();
            TypeRules types = new TypeRules(options.dtype, List.of());
            architecture.tensors(sizes.parsed(architecture)).forEach((name, shape) -> {
                DType dtype = types.of(name, DType.BF16, shape);
                tensors.add(new OutputTensor(name, dtype.name(), shape, dtype.bytes(shape.elements()), sink -> new TensorEncoder(dtype)
                        .encode(name, new RandomValues(options.seed, name, shape)::fill, shape.elements(), sink, null)));
            });
            return tensors;
        }
    }

    /**
     * Makes a folder of several networks.
     *
     * @param texts small files to write beside them, by name
     */
    static Made make(List<Part> parts, Map<String, String> texts, Path folder, Options options, Progress progress) {
        List<List<OutputTensor>> tensors = parts.stream().map(p -> p.tensors(options)).toList();
        List<OutputTensor> all = tensors.stream().flatMap(List::stream).toList();
        long bytes = all.stream().mapToLong(OutputTensor::bytes).sum();
        try (OutputPlace place = OutputPlace.folder(folder, List.of(), bytes)) {
            WriteProgress written = new WriteProgress(progress, "make", bytes);
            texts.forEach(place::text);
            for (int i = 0; i < parts.size(); i++) {
                Part part = parts.get(i);
                Architecture a = part.architecture;
                if (a.family().hasConfig()) {
                    place.text(part.place("config.json"), part.sizes.config(a));
                }
                SortedMap<String, String> metadata = new TreeMap<>(Map.of("format", "pt", "made_by", "x2i make " + a.label()
                        + ", random, seed " + options.seed));
                SafetensorsWriter.writeShards(place, part.place(a.family().stem()), tensors.get(i), metadata, options.shardBytes, written);
            }
            progress.check();
            place.commit();
            written.finish();
        }
        return new Made(folder, all.size(), all.stream().mapToLong(t -> t.shape().elements()).sum(), bytes);
    }
}
