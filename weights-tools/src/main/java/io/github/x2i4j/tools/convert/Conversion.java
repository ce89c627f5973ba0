package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.Identity;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.StoredType;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.compare.TensorDifference;
import io.github.x2i4j.tools.read.TensorBytes;
import io.github.x2i4j.tools.write.GgufWriter;
import io.github.x2i4j.tools.write.OutputPlace;
import io.github.x2i4j.tools.write.OutputTensor;
import io.github.x2i4j.tools.write.SafetensorsWriter;
import io.github.x2i4j.tools.write.WriteProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes the weights of a file or folder anew: in another format, under other names, in other types. Everything streams: memory is
 * that of a few megabytes of one tensor.
 *
 * @param types which type each tensor gets
 * @param names what tensors are called
 * @param shardBytes most bytes of a file of a folder
 * @param replace whether a file that is there may be replaced
 */
public record Conversion(TypeRules types, Names names, long shardBytes, boolean replace) {
    /** The format is told from the ending: {@code .safetensors}, {@code .gguf}, anything else is a folder of safetensors. */
    private enum Target {
        FILE, GGUF, FOLDER;

        static Target of(Path output) {
            String name = String.valueOf(output.getFileName()).toLowerCase(Locale.ROOT);
            return name.endsWith(".safetensors") ? FILE : name.endsWith(".gguf") ? GGUF : FOLDER;
        }
    }

    /**
     * Converts.
     *
     * @param source any weight file or folder that can be read
     * @param output {@code X.safetensors}, {@code X.gguf} or a folder, which does not exist or is empty
     * @throws io.github.x2i4j.engine.InvalidInputException if the source cannot be read, is not what its names say, or {@code output}
     *     cannot be written
     * @throws UnsupportedFeatureException if the format or the names cannot hold the source
     * @throws io.github.x2i4j.model.pipeline.CancelledException if {@code progress} says so; nothing is left then
     */
    public ConversionReport run(Path source, Path output, Progress progress) {
        ModelKind kind = Identity.of(source).kind();
        Target target = Target.of(output);
        try (Checkpoint checkpoint = Checkpoints.open(source)) {
            Job job = new Job(checkpoint);
            String config = null;
            if (names == Names.STORED) {
                checkpoint.tensors().values().forEach(job::stored);
            } else {
                NamedWeights named = NamedWeights.of(source, kind, checkpoint, names);
                config = names == Names.DIFFUSERS ? named.config() : null;
                named.weights().forEach(job::weight);
            }
            List<Path> files = new ArrayList<>(checkpoint.tensors().values().stream().map(TensorInfo::file).distinct().toList());
            files.add(source);
            job.write(target, output, files, source, kind, config, progress);
            long sourceBytes = checkpoint.tensors().values().stream().mapToLong(TensorInfo::bytes).sum();
            return new ConversionReport(output, job.lines(), job.total.result(), sourceBytes, job.bytes());
        }
    }

    /** The tensors of one conversion and what is learnt while they are written. */
    private final class Job {
        private final Checkpoint checkpoint;
        private final List<OutputTensor> tensors = new ArrayList<>();
        private final List<ConversionReport.Line> lines = new ArrayList<>();
        private final Map<String, TensorDifference> errors = new TreeMap<>();
        private final TensorDifference.Sum total = new TensorDifference.Sum();

        Job(Checkpoint checkpoint) {
            this.checkpoint = checkpoint;
        }

        /** A tensor under its own name: integers and types that cannot be computed with stay as they are. */
        void stored(TensorInfo t) {
            DType own = StoredType.valueOf(t.dtype()).dtype();
            if (own == null || !own.isFloat()) {
                add(new OutputTensor(t.name(), t.dtype(), t.shape(), t.bytes(), sink -> TensorBytes.copy(checkpoint, t, sink)), t.dtype());
                return;
            }
            DType type = types.of(t.name(), own, t.shape());
            if (type == own) {
                add(new OutputTensor(t.name(), t.dtype(), t.shape(), t.bytes(), sink -> TensorBytes.copy(checkpoint, t, sink)), t.dtype());
            } else {
                if (hasScale(t)) {
                    throw new UnsupportedFeatureException(t.file() + ": tensor " + t.name() + " has a scale of its own beside it, which this "
                            + "conversion would lose; --names diffusers or --names original applies it");
                }
                weight(new Weight(t.name(), t.shape(), List.of(checkpoint.tensor(t.name()))));
            }
        }

        private boolean hasScale(TensorInfo t) {
            String layer = t.name().endsWith(".weight") ? t.name().substring(0, t.name().length() - "weight".length()) : t.name() + ".";
            return checkpoint.tensors().containsKey(layer + "scale_weight") || checkpoint.tensors().containsKey(layer + "weight_scale");
        }

        void weight(Weight w) {
            DType type = types.of(w.name(), w.dtype(), w.shape());
            String from = w.parts().getFirst().dtype().name();
            if (w.isStoredAs(type)) {
                add(new OutputTensor(w.name(), type.name(), w.shape(), type.bytes(w.shape().elements()), w::copy), from);
                return;
            }
            add(new OutputTensor(w.name(), type.name(), w.shape(), type.bytes(w.shape().elements()), sink -> {
                TensorDifference.Sum error = new TensorDifference.Sum();
                w.encode(type, sink, error);
                errors.put(w.name(), error.result());
                total.add(error);
            }), from);
        }

        private void add(OutputTensor t, String from) {
            tensors.add(t);
            lines.add(new ConversionReport.Line(t.name(), t.shape(), from, t.dtype(), TensorDifference.NONE));
        }

        List<ConversionReport.Line> lines() {
            return lines.stream().map(l -> new ConversionReport.Line(l.name(), l.shape(), l.from(), l.to(),
                    errors.getOrDefault(l.name(), TensorDifference.NONE))).toList();
        }

        long bytes() {
            return tensors.stream().mapToLong(OutputTensor::bytes).sum();
        }

        void write(Target target, Path output, List<Path> files, Path source, ModelKind kind, String config, Progress progress) {
            try (OutputPlace place = target == Target.FOLDER ? OutputPlace.folder(output, files, bytes())
                    : OutputPlace.file(output, replace, files, bytes())) {
                WriteProgress written = new WriteProgress(progress, "write", bytes());
                switch (target) {
                    case GGUF -> GgufWriter.write(place, tensors, GgufWriter.architecture(kind), types.target(), written);
                    case FILE -> SafetensorsWriter.write(place, null, tensors, metadata(), written);
                    case FOLDER -> {
                        String stem = names == Names.DIFFUSERS && kind != ModelKind.T5 || kind == ModelKind.FLUX_TRANSFORMER || kind == ModelKind.VAE
                                || kind == ModelKind.TINY_VAE || kind == ModelKind.ALIGNNET ? "diffusion_pytorch_model" : "model";
                        SafetensorsWriter.writeShards(place, stem, tensors, metadata(), shardBytes, written);
                        if (Files.isDirectory(source)) {
                            SmallFiles.copy(source, place);
                        } else if (config != null) {
                            place.text("config.json", config);
                        }
                    }
                }
                progress.check();
                place.commit();
                written.finish();
            }
        }

        /** Metadata of GGUF files is about that format. */
        private SortedMap<String, String> metadata() {
            SortedMap<String, String> metadata = new TreeMap<>(checkpoint.metadata());
            metadata.keySet().removeIf(key -> key.matches("(general|tokenizer|flux|clip|t5|qwen2vl|gguf|GGUF)\\..*"));
            metadata.putIfAbsent("format", "pt");
            return metadata;
        }
    }
}
