package io.github.x2i4j.tools;

import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.Identity;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.ShardIndex;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks into weight files and model folders without reading the weights themselves. */
public final class Inspections {
    private static final int FACTS = 100;
    private static final List<String> CONFIGS = List.of("config.json", "scheduler_config.json", "preprocessor_config.json", "model_index.json", "x2i.json");

    private Inspections() {
    }

    /**
     * Tells what {@code path} is and holds. What is missing or damaged inside a folder becomes a problem of the result.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if there is nothing at {@code path}, or it is itself a damaged file
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if it is a weight file of a format that cannot be read
     */
    public static Inspection inspect(Path path) {
        return inspect(path, false);
    }

    /**
     * The same, and every tensor of a network whose files are whole is accounted for: those that are missing, misshaped or of no use are
     * problems too. Of the weights headers and small tensors are read.
     */
    public static Inspection account(Path path) {
        return inspect(path, true);
    }

    private static Inspection inspect(Path path, boolean account) {
        Identity identity = Identity.of(path);
        Builder b = new Builder(identity, account);
        if (Files.isDirectory(path)) {
            b.folder();
        } else if (identity.kind() == ModelKind.BUNDLE) {
            b.bundle(Config.read(path), path.toAbsolutePath().getParent());
        } else if (identity.isWeightFile()) {
            b.weights(path);
        }
        return b.build();
    }

    private static final class Builder {
        private final Path path;
        private final Identity identity;
        private final boolean account;
        private final TreeMap<String, TensorInfo> tensors = new TreeMap<>();
        private final Map<String, String> config = new LinkedHashMap<>();
        private final Map<String, String> metadata = new TreeMap<>();
        private final List<String> problems = new ArrayList<>();
        private final List<Inspection.Part> parts = new ArrayList<>();

        Builder(Identity identity, boolean account) {
            this.path = identity.path();
            this.identity = identity;
            this.account = account;
        }

        Inspection build() {
            if (account && problems.isEmpty() && !tensors.isEmpty()) {
                attempt(() -> Networks.account(path, identity.kind()));
            }
            return new Inspection(path, identity.kind(), identity.description(), new ArrayList<>(tensors.values()),
                    Collections.unmodifiableMap(config), Collections.unmodifiableMap(metadata), problems, parts);
        }

        void folder() {
            for (String name : CONFIGS) {
                Path file = path.resolve(name);
                if (Files.exists(file)) {
                    config.putAll(Config.read(file).summary(FACTS - config.size()));
                    break;
                }
            }
            switch (identity.kind()) {
                case BUNDLE -> bundle(Config.read(path.resolve("x2i.json")), path);
                case FLUX_PIPELINE -> pipeline(Config.read(path.resolve("model_index.json")));
                case TOKENIZER, SCHEDULER, PREPROCESSOR -> {
                    // nothing but small files, named by the kind
                }
                default -> attempt(this::model);
            }
        }

        private void model() {
            Path found = Checkpoints.weightsIn(path);
            if (found == null) {
                problems.add("no weights under the usual names (model.safetensors, diffusion_pytorch_model.safetensors, or an index of several)");
            } else if (Checkpoints.isIndex(found)) {
                shards(found);
            } else {
                attempt(() -> weights(path));
            }
            if (identity.kind() == ModelKind.QWEN2_5_VL || identity.kind() == ModelKind.INTERNVL || identity.kind() == ModelKind.MINICPM_O) {
                requireOneOf("no tokenizer", List.of("tokenizer.json"), List.of("vocab.json", "merges.txt"));
                requireOneOf("no preprocessor", List.of("preprocessor_config.json"));
            }
        }

        private void requireOneOf(String problem, List<?>... sets) {
            for (List<?> set : sets) {
                if (set.stream().allMatch(n -> Files.exists(path.resolve(n.toString())))) {
                    return;
                }
            }
            problems.add(problem + ", expected " + String.join(" or ", java.util.Arrays.stream(sets).map(
                    s -> String.join(" and ", s.stream().map(Object::toString).toList())).toList()));
        }

        void weights(Path file) {
            try (Checkpoint c = Checkpoints.open(file)) {
                tensors.putAll(c.tensors());
                metadata.putAll(c.metadata());
            }
        }

        /** Every shard by itself, so that a missing one does not hide the others. */
        private void shards(Path indexFile) {
            attempt(() -> {
                ShardIndex index = ShardIndex.read(indexFile);
                for (String shard : new TreeSet<>(index.weightMap().values())) {
                    attempt(() -> weights(index.resolve(shard)));
                }
                List<String> missing = index.weightMap().keySet().stream().filter(name -> !tensors.containsKey(name)).toList();
                if (!missing.isEmpty()) {
                    problems.add(missing.size() + " of the " + index.weightMap().size() + " tensors of " + indexFile.getFileName()
                            + " missing, the first is " + missing.getFirst());
                }
                long bytes = tensors.values().stream().mapToLong(TensorInfo::bytes).sum();
                if (missing.isEmpty() && index.totalSize() >= 0 && index.totalSize() != bytes) {
                    problems.add(indexFile.getFileName() + " says " + index.totalSize() + " bytes in all, the tensors have " + bytes);
                }
            });
        }

        private void pipeline(Config index) {
            for (String name : index.fields()) {
                if (name.startsWith("_") || !index.isArray(name)) {
                    continue;
                }
                if (!name.matches("[A-Za-z0-9_]{1,64}")) {
                    problems.add("model_index.json names the part " + name + ", which is no folder's name");
                } else if (!index.isListOfNulls(name)) {
                    part(name, path.resolve(name));
                }
            }
        }

        void bundle(Config bundle, Path folder) {
            if (config.isEmpty()) {
                config.putAll(bundle.summary(FACTS));
            }
            for (String name : List.of("mllm", "alignnet", "flux")) {
                attempt(() -> {
                    String relative = bundle.object(name).text("path");
                    try {
                        part(name, folder.resolve(relative).normalize());
                    } catch (InvalidPathException e) {
                        throw bundle.object(name).invalid("path", "is no path");
                    }
                });
            }
        }

        private void part(String name, Path where) {
            attempt(() -> {
                if (!Files.exists(where)) {
                    problems.add("part " + name + " is missing: there is no " + where);
                    return;
                }
                Identity part = Identity.of(where);
                if (depth(part.kind()) >= depth(identity.kind())) {
                    problems.add("part " + name + " is " + part.description() + " itself: " + where);
                    return;
                }
                parts.add(new Inspection.Part(name, inspect(where, account)));
            });
        }

        /** Levels of parts that a kind may have below it; parts that lead back to the whole would otherwise never end. */
        private static int depth(ModelKind kind) {
            return switch (kind) {
                case BUNDLE -> 2;
                case FLUX_PIPELINE -> 1;
                default -> 0;
            };
        }

        private void attempt(Runnable step) {
            try {
                step.run();
            } catch (X2iException e) {
                problems.add(e.getMessage());
            }
        }
    }
}
