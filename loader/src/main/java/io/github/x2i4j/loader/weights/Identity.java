package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a folder or file is, and how that was told.
 *
 * @param kind what it is
 * @param path the folder or file
 * @param description for messages, such as {@code a FLUX pipeline folder} or {@code a model of the class UNet2DConditionModel}
 */
public record Identity(ModelKind kind, Path path, String description) {
    private static final Set<String> WEIGHT_ENDINGS = Set.of(".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".gguf");

    /**
     * Looks at the configuration files and, where there are none, at the names of the tensors.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if there is nothing, or what decides is damaged
     */
    public static Identity of(Path path) {
        if (Files.isDirectory(path)) {
            return folder(path);
        }
        InputFiles.requireFile(path);
        return file(path);
    }

    /** True for a file (not a folder) that holds tensors. */
    public boolean isWeightFile() {
        return !Files.isDirectory(path) && isWeights(String.valueOf(path.getFileName()));
    }

    /** Returns this if its kind is one of {@code accepted}, otherwise throws an error that says what it is and what was expected. */
    public Identity require(ModelKind... accepted) {
        if (!Arrays.asList(accepted).contains(kind)) {
            throw InputFiles.wrong(path, "this is " + description + ", expected "
                    + Arrays.stream(accepted).map(ModelKind::description).collect(Collectors.joining(" or ")) + remedy(accepted));
        }
        return this;
    }

    /** Where the wanted part is just below or above, says so. */
    private String remedy(ModelKind... accepted) {
        for (Path near : List.of(path.resolve("transformer"), path.resolve("vae"), path.resolve("text_encoder"), path.resolve("text_encoder_2"),
                path.toAbsolutePath().normalize().resolveSibling("."))) {
            try {
                if (Files.isDirectory(near) && Arrays.asList(accepted).contains(folder(near).kind())) {
                    return "; did you mean " + near.normalize() + "?";
                }
            } catch (X2iException e) {
                // a damaged neighbour is no remedy
                continue;
            }
        }
        return "";
    }

    private static Identity folder(Path folder) {
        if (Files.exists(folder.resolve("x2i.json"))) {
            return known(ModelKind.BUNDLE, folder);
        }
        if (Files.exists(folder.resolve("model_index.json"))) {
            String name = Config.read(folder.resolve("model_index.json")).text("_class_name", "");
            return name.startsWith("Flux") ? known(ModelKind.FLUX_PIPELINE, folder)
                    : other(folder, "a pipeline folder of the class " + InputFiles.shown(name));
        }
        if (Files.exists(folder.resolve("config.json"))) {
            return configured(folder, Config.read(folder.resolve("config.json")));
        }
        if (Files.exists(folder.resolve("scheduler_config.json"))) {
            return known(ModelKind.SCHEDULER, folder);
        }
        if (Checkpoints.weightsIn(folder) != null) {
            return tensors(folder);
        }
        for (String name : List.of("tokenizer.json", "vocab.json", "spiece.model", "tokenizer_config.json")) {
            if (Files.exists(folder.resolve(name))) {
                return known(ModelKind.TOKENIZER, folder);
            }
        }
        if (Files.exists(folder.resolve("preprocessor_config.json"))) {
            return known(ModelKind.PREPROCESSOR, folder);
        }
        return other(folder, contents(folder));
    }

    private static Identity configured(Path folder, Config config) {
        String className = config.text("_class_name", "");
        String architecture = config.isArray("architectures") ? String.join(", ", config.texts("architectures")) : "";
        String type = config.text("model_type", "");
        ModelKind kind = switch (className) {
            case "FluxTransformer2DModel" -> ModelKind.FLUX_TRANSFORMER;
            case "AutoencoderKL" -> ModelKind.VAE;
            case "AutoencoderTiny" -> ModelKind.TINY_VAE;
            default -> switch (type) {
                case "qwen2_5_vl" -> ModelKind.QWEN2_5_VL;
                case "internvl_chat" -> ModelKind.INTERNVL;
                case "minicpmo" -> ModelKind.MINICPM_O;
                case "t5" -> ModelKind.T5;
                case "clip_text_model", "clip" -> ModelKind.CLIP;
                default -> ModelKind.OTHER;
            };
        };
        if (kind != ModelKind.OTHER) {
            return known(kind, folder);
        }
        return other(folder, !className.isEmpty() ? "a model of the class " + InputFiles.shown(className)
                : !architecture.isEmpty() ? "a model of the architecture " + InputFiles.shown(architecture)
                : !type.isEmpty() ? "a model of the type " + InputFiles.shown(type)
                : "a folder whose config.json names no model");
    }

    private static Identity file(Path file) {
        String name = String.valueOf(file.getFileName());
        if (name.equals("x2i.json")) {
            return known(ModelKind.BUNDLE, file);
        }
        if (name.equals("tokenizer.json") || name.equals("spiece.model") || name.equals("vocab.json")) {
            return known(ModelKind.TOKENIZER, file);
        }
        if (!isWeights(name)) {
            return other(file, name.endsWith(".json") ? "a small file of the folder it lies in" : "a file that is no weights");
        }
        return tensors(file);
    }

    private static Identity tensors(Path path) {
        try (Checkpoint checkpoint = Checkpoints.open(path)) {
            Set<String> names = checkpoint.tensors().keySet().stream().map(NameMap.UNWRAPPED::toModel).collect(Collectors.toSet());
            ModelKind kind = TensorNames.kind(names, checkpoint.metadata().getOrDefault("general.architecture", ""));
            return kind == ModelKind.OTHER ? other(path, "weights of an unknown model")
                    : new Identity(kind, path, kind.description() + TensorNames.details(kind, names));
        }
    }

    private static String contents(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(f -> f.getFileName().toString()).sorted().toList();
            List<String> weights = names.stream().filter(Identity::isWeights).toList();
            String some = (weights.isEmpty() ? names : weights).stream().limit(5).map(InputFiles::shown).collect(Collectors.joining(", "));
            return names.isEmpty() ? "an empty folder"
                    : weights.isEmpty() ? "a folder without configuration or weights (it holds " + some + ")"
                    : "a folder of weight files without configuration (name one of them: " + some + ")";
        } catch (IOException e) {
            throw InputFiles.unreadable(folder, e);
        }
    }

    private static boolean isWeights(String fileName) {
        return WEIGHT_ENDINGS.stream().anyMatch(fileName.toLowerCase(Locale.ROOT)::endsWith);
    }

    private static Identity known(ModelKind kind, Path path) {
        return new Identity(kind, path, kind.description());
    }

    private static Identity other(Path path, String description) {
        return new Identity(ModelKind.OTHER, path, description);
    }
}
