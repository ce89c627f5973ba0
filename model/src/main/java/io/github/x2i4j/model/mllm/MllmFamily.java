package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.file.Path;
import java.util.Locale;

/** A family of multimodal LLMs that share architecture, chat template and preprocessing. */
public interface MllmFamily {
    /** Name as in x2i.json, such as {@code qwen2_5_vl}. */
    String name();

    /** What X2I does with it. */
    Abilities abilities();

    /** How X2I's script makes prompts for it; holds where x2i.json says nothing. */
    default PromptOptions scriptPrompt() {
        return PromptOptions.SCRIPT;
    }

    /**
     * How a preset makes prompts for it.
     *
     * @param script what {@link PromptPreset#SCRIPT} means for the system in hand
     * @throws UnsupportedFeatureException if the preset is not for this family
     */
    default PromptOptions prompt(PromptOptions script, PromptPreset preset) {
        if (preset == PromptPreset.SCRIPT) {
            return script;
        }
        throw new UnsupportedFeatureException("the prompt preset " + preset.name().toLowerCase(Locale.ROOT) + " is for the family "
                + "qwen2_5_vl, not for " + name() + "; choose style, padding and picture rule one by one");
    }

    /**
     * Opens a model folder: configuration, tokenizer, preprocessor and weights (mapped, not read).
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if a file is missing or wrong, or the folder holds another model
     */
    Mllm open(Path folder);
}
