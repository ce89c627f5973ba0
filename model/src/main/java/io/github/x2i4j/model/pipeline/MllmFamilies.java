package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.qwen.QwenVlFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The families of multimodal LLMs that can be opened. */
public final class MllmFamilies {
    private static final List<MllmFamily> FAMILIES = List.of(new QwenVlFamily());

    /** Families of X2I that cannot be opened yet. */
    private static final List<String> OTHERS = List.of("internvl2_5", "minicpm_o_2_6");

    /** What config.json calls them. */
    private static final Map<String, String> BY_MODEL_TYPE = Map.of("qwen2_5_vl", "qwen2_5_vl", "internvl_chat", "internvl2_5",
            "minicpmo", "minicpm_o_2_6");

    private MllmFamilies() {
    }

    /**
     * A family by its name in x2i.json.
     *
     * @throws UnsupportedFeatureException if it is one of X2I's, but not one of this version's
     */
    public static MllmFamily of(String name) {
        for (MllmFamily family : FAMILIES) {
            if (family.name().equals(name)) {
                return family;
            }
        }
        if (OTHERS.contains(name)) {
            throw new UnsupportedFeatureException("multimodal LLMs of the family " + name + " are not supported; use " + known());
        }
        throw new InvalidInputException("there is no family \"" + name + "\" of multimodal LLMs; use " + known());
    }

    /** The name of the family that a model folder belongs to, by its config.json. */
    public static String nameOf(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidInputException(folder + (Files.exists(folder) ? " is a file" : " does not exist")
                    + ", expected the folder of a multimodal LLM (config.json, weights, tokenizer)");
        }
        Config config = Config.read(folder.resolve("config.json"));
        String type = config.text("model_type");
        String name = BY_MODEL_TYPE.get(type);
        if (name == null) {
            throw config.invalid("model_type", "is \"" + type + "\", which is no multimodal LLM of X2I; use " + known());
        }
        return name;
    }

    private static String known() {
        return FAMILIES.stream().map(MllmFamily::name).collect(Collectors.joining(" or "));
    }
}
