package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptPreset;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The parts of one working X2I system and how it is used: what x2i.json says.
 *
 * @param name for people
 * @param family of the multimodal LLM, such as {@code qwen2_5_vl}
 * @param mllm folder of the multimodal LLM
 * @param alignnet weight file of AlignNet
 * @param alignnetSettings what is said of that file, to be checked
 * @param flux FLUX pipeline folder, or a file or folder with its transformer
 * @param vae autoencoder, or null for the one that lies with {@code flux}
 * @param prompt how prompts become tokens; special tokens of the user are neutralised
 * @param defaults of a request that does not say otherwise
 */
public record Bundle(String name, String family, Path mllm, Path alignnet, AlignNetSettings alignnetSettings, Path flux, Path vae,
        PromptOptions prompt, Defaults defaults) {
    private static final String FILE = "x2i.json";

    /**
     * Values that hold where a request says nothing.
     *
     * @param steps denoising steps
     * @param guidance guidance scale, for models that are told one
     */
    public record Defaults(int steps, double guidance, int height, int width) {
        /** Those of X2I's scripts. */
        public static final Defaults SCRIPT = new Defaults(4, 3.5, 1024, 1024);
    }

    /**
     * Reads a bundle; weights are not opened.
     *
     * @param bundle a folder with x2i.json, or that file
     * @throws InvalidInputException saying what the folder is if it is no bundle, or naming the wrong field
     */
    public static Bundle open(Path bundle) {
        ModelKind.require(bundle, ModelKind.BUNDLE);
        Path file = Files.isDirectory(bundle) ? bundle.resolve(FILE) : bundle;
        Path folder = Files.isDirectory(bundle) ? bundle : bundle.resolveSibling("");
        Config c = Config.read(file);
        Config mllm = c.object("mllm");
        Config align = c.object("alignnet");
        String family = mllm.oneOf("family", MllmFamilies.names());
        return new Bundle(c.text("name", fileName(folder)), family, part(folder, mllm), part(folder, align),
                settings(align), part(folder, c.object("flux")), vae(folder, c.object("flux")), prompt(c.objectOrNull("prompt"), family),
                defaults(c.objectOrNull("defaults")));
    }

    /**
     * A system of parts that no x2i.json ties together; everything else is as in X2I's scripts.
     *
     * @param mllm folder of the multimodal LLM
     * @param alignnet AlignNet's weight file, or the folder that holds it
     * @param flux FLUX pipeline folder, or a file or folder with its transformer
     * @param vae autoencoder (folder or file), or null for the one that lies with {@code flux}
     * @throws InvalidInputException saying what a folder or file is instead
     */
    public static Bundle of(Path mllm, Path alignnet, Path flux, Path vae) {
        String family = MllmFamilies.nameOf(mllm);
        ModelKind.require(alignnet, ModelKind.ALIGNNET);
        FluxParts.open(flux).with(FluxParts.Part.VAE, vae);
        return new Bundle(fileName(mllm) + " + " + fileName(flux), family, mllm, alignnet, AlignNetSettings.FROM_FILE, flux, vae,
                MllmFamilies.of(family).scriptPrompt(), Defaults.SCRIPT);
    }

    /** {@link #of(Path, Path, Path, Path)} with the autoencoder that lies with {@code flux}. */
    public static Bundle of(Path mllm, Path alignnet, Path flux) {
        return of(mllm, alignnet, flux, null);
    }

    /**
     * Where FLUX's parts lie.
     *
     * @throws InvalidInputException saying what a folder or file is instead
     */
    public FluxParts fluxParts() {
        return FluxParts.open(flux).with(FluxParts.Part.VAE, vae);
    }

    /** How a preset makes prompts for this system. */
    public PromptOptions prompt(PromptPreset preset) {
        return MllmFamilies.of(family).prompt(prompt, preset);
    }

    private static String fileName(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    private static Path part(Path folder, Config part) {
        return path(folder, part, "path");
    }

    private static Path vae(Path folder, Config flux) {
        return flux.has("vae") ? path(folder, flux, "vae") : null;
    }

    private static Path path(Path folder, Config part, String field) {
        Path path;
        try {
            path = folder.resolve(part.text(field)).normalize();
        } catch (InvalidPathException e) {
            throw part.invalid(field, "is no path: " + e.getReason());
        }
        if (!Files.exists(path)) {
            throw part.invalid(field, "leads to " + path + ", which does not exist");
        }
        return path;
    }

    private static AlignNetSettings settings(Config c) {
        return new AlignNetSettings(c.file().toString(), integer(c, "in_channels"), integer(c, "input_dim"), integer(c, "num_heads"),
                integer(c, "head_dim"), integer(c, "num_layers"), flag(c, "use_t5"), flag(c, "use_scale"), flag(c, "use_cnn"));
    }

    private static Integer integer(Config c, String field) {
        return c.has(field) ? Integer.valueOf(c.positive(field)) : null;
    }

    private static Boolean flag(Config c, String field) {
        return c.has(field) ? Boolean.valueOf(c.flag(field)) : null;
    }

    private static PromptOptions prompt(Config c, String family) {
        if (c == null) {
            return MllmFamilies.of(family).scriptPrompt();
        }
        boolean padded = c.oneOf("padding", "max_length", "none").equals("max_length");
        int maxLength = padded ? c.atMost(PromptOptions.LONGEST, "max_length") : c.atMost(PromptOptions.LONGEST, "max_length", 0);
        ImageSize size = null;
        if (c.has("image_size")) {
            int[] sides = c.integers("image_size");
            if (sides.length != 2 || sides[0] < 1 || sides[1] < 1) {
                throw c.invalid("image_size", "must be two positive numbers, width and height, or null");
            }
            size = new ImageSize(sides[0], sides[1]);
        }
        return new PromptOptions(maxLength, padded ? Padding.RIGHT : Padding.NONE, size, SpecialTokens.NEUTRALISE)
                .withStyle(c.has("style") ? PromptStyle.of(c.text("style")) : null)
                .withTemplate(choice(c, "template", Template.values()))
                .withRope(choice(c, "rope_inv_freq", RopeFrequencies.values()));
    }

    /** The constant that a field names in small letters; the first where it is absent. */
    private static <E extends Enum<E>> E choice(Config c, String field, E[] values) {
        String[] names = Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toArray(String[]::new);
        return values[c.has(field) ? List.of(names).indexOf(c.oneOf(field, names)) : 0];
    }

    private static Defaults defaults(Config c) {
        Defaults d = Defaults.SCRIPT;
        if (c == null) {
            return d;
        }
        double guidance = c.number("guidance", d.guidance);
        if (guidance < 0) {
            throw c.invalid("guidance", "is " + guidance + ", expected 0 or a number above");
        }
        return new Defaults(c.positive("steps", d.steps), guidance, c.positive("height", d.height), c.positive("width", d.width));
    }
}
