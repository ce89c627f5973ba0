package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The five systems that X2I published. Their parts are found in a folder that holds each repository of Hugging Face under its name, with
 * or without a folder of its owner around it; nothing is downloaded. Whether AlignNet reduces layers by convolution or by scale is for its
 * file to say.
 */
public enum PublishedSystem {
    X2I_QWEN2_5_VL_7B("x2i-qwen2.5-vl-7b", "qwen2_5_vl", "Qwen/Qwen2.5-VL-7B-Instruct", 29, 3584, "qwen", "7b"),
    X2I_QWEN2_5_VL_3B("x2i-qwen2.5-vl-3b", "qwen2_5_vl", "Qwen/Qwen2.5-VL-3B-Instruct", 37, 2048, "qwen", "3b"),
    X2I_INTERNVL2_5_1B("x2i-internvl2.5-1b", "internvl2_5", "OpenGVLab/InternVL2_5-1B", 25, 896, "internvl", "1b"),
    X2I_INTERNVL2_5_4B("x2i-internvl2.5-4b", "internvl2_5", "OpenGVLab/InternVL2_5-4B", 37, 2048, "internvl", "4b"),
    X2I_MINICPM_O_2_6("x2i-minicpm-o-2.6", "minicpm_o_2_6", "openbmb/MiniCPM-o-2_6", 29, 3584, "minicpm");

    private static final String HUB = "https://huggingface.co/";
    private static final String ALIGNNETS = "OPPOer/X2I";
    /** The scripts' default first. */
    private static final List<String> FLUX = List.of("shuttleai/shuttle-3-diffusion", "black-forest-labs/FLUX.1-schnell",
            "black-forest-labs/FLUX.1-dev");
    private static final String DEV = "FLUX.1-dev";
    private static final int STEPS_DEV = 28;
    private static final List<String> WEIGHT_FILES = List.of(".bin", ".pt", ".pth", ".safetensors");
    private static final int DEPTH = 4;

    private final String label;
    private final String family;
    private final String mllm;
    private final int inChannels;
    private final int inputDim;
    /** What the path of AlignNet's file holds, letters and digits alone. */
    private final List<String> words;

    PublishedSystem(String label, String family, String mllm, int inChannels, int inputDim, String... words) {
        this.label = label;
        this.family = family;
        this.mllm = mllm;
        this.inChannels = inChannels;
        this.inputDim = inputDim;
        this.words = List.of(words);
    }

    /** Name on the command line. */
    public String label() {
        return label;
    }

    /** @throws InvalidInputException if there is none of that name */
    public static PublishedSystem of(String label) {
        return Arrays.stream(values()).filter(s -> s.label.equals(label)).findFirst().orElseThrow(() -> new InvalidInputException(
                "there is no published system \"" + label + "\"; use one of "
                        + Arrays.stream(values()).map(PublishedSystem::label).collect(Collectors.joining(", "))));
    }

    /** {@link #find(Path, Path, Path, Path)} with the autoencoder that lies with {@code flux}. */
    public Bundle find(Path models, Path alignnet, Path flux) {
        return find(models, alignnet, flux, null);
    }

    /**
     * Finds the parts.
     *
     * @param models folder of the repositories
     * @param alignnet AlignNet's file or folder where it has another name, or null to look for it
     * @param flux FLUX pipeline folder, or a file or folder with its transformer, or null for the first of shuttle-3-diffusion, FLUX.1-schnell and FLUX.1-dev that is there
     * @param vae autoencoder, or null for the one that lies with {@code flux}
     * @throws InvalidInputException naming the parts that are missing and where they are published, or what a part is instead
     */
    public Bundle find(Path models, Path alignnet, Path flux, Path vae) {
        if (!Files.isDirectory(models)) {
            throw new InvalidInputException(models + " is no folder; name the one that holds the models");
        }
        List<String> missing = new ArrayList<>();
        Path language = repository(models, mllm);
        if (language == null) {
            missing.add(published(mllm));
        }
        Path align = alignnet == null ? alignNet(models) : alignnet;
        if (align == null) {
            missing.add("AlignNet, from " + HUB + ALIGNNETS + ", in a folder X2I under a path with " + String.join(" and ", words)
                    + " in it");
        }
        Path drawer = flux == null ? flux(models) : flux;
        if (drawer == null) {
            missing.add(FLUX.stream().map(PublishedSystem::published).collect(Collectors.joining(" or ")));
        }
        if (!missing.isEmpty()) {
            throw new InvalidInputException(label + " lacks parts in " + models + ": " + String.join("; ", missing)
                    + ". Download them there under these names");
        }
        return bundle(language, align, drawer, vae);
    }

    private Bundle bundle(Path language, Path align, Path drawer, Path vae) {
        String found = MllmFamilies.nameOf(language);
        if (!found.equals(family)) {
            throw new InvalidInputException(language + " holds a model of the family " + found + ", but " + label + " takes " + mllm);
        }
        ModelKind.require(align, ModelKind.ALIGNNET);
        FluxParts parts = FluxParts.open(drawer).with(FluxParts.Part.VAE, vae);
        Defaults d = Defaults.SCRIPT;
        boolean dev = drawer.toAbsolutePath().normalize().endsWith(DEV) || !Files.exists(drawer.resolve("model_index.json")) && parts.transformer().guidanceEmbeds();
        return new Bundle(label, family, language, align, new AlignNetSettings(label, inChannels, inputDim, null, null, null, null, null, null),
                drawer, vae, MllmFamilies.of(family).scriptPrompt(), dev ? new Defaults(STEPS_DEV, d.guidance(), d.height(), d.width()) : d);
    }

    private static Path flux(Path models) {
        return FLUX.stream().map(r -> repository(models, r)).filter(p -> p != null).findFirst().orElse(null);
    }

    private static Path repository(Path models, String name) {
        Path owned = models.resolve(name);
        Path bare = models.resolve(name.substring(name.indexOf('/') + 1));
        return Files.isDirectory(owned) ? owned : Files.isDirectory(bare) ? bare : null;
    }

    private Path alignNet(Path models) {
        Path folder = repository(models, ALIGNNETS);
        if (folder == null) {
            return null;
        }
        List<Path> files;
        try (Stream<Path> all = Files.find(folder, DEPTH, (p, a) -> a.isRegularFile() && isAlignNet(folder.relativize(p)))) {
            files = all.sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new InvalidInputException(folder + " cannot be read: " + e.getMessage(), e);
        }
        if (files.size() > 1) {
            throw new InvalidInputException("several files of " + folder + " may be the AlignNet of " + label + ": "
                    + files.stream().map(Path::toString).collect(Collectors.joining(", ")) + "; name the right one");
        }
        return files.isEmpty() ? null : files.getFirst();
    }

    private boolean isAlignNet(Path relative) {
        String path = relative.toString().toLowerCase(Locale.ROOT);
        String letters = path.replaceAll("[^a-z0-9]", "");
        return WEIGHT_FILES.stream().anyMatch(path::endsWith) && words.stream().allMatch(letters::contains);
    }

    private static String published(String repository) {
        return repository.substring(repository.indexOf('/') + 1) + " (" + HUB + repository + ")";
    }
}
