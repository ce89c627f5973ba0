package io.github.x2i4j.model.mllm;

import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.nio.file.Path;

/** A family of multimodal LLMs that share architecture, chat template and preprocessing. */
public interface MllmFamily {
    /** Largest picture, in pixels, that X2I's ComfyUI node hands on. */
    long COMFY_PIXELS = 50_176;

    /** Name as in x2i.json, such as {@code qwen2_5_vl}. */
    String name();

    /** What X2I does with it. */
    Abilities abilities();

    /** How X2I's script makes prompts for it; holds where x2i.json says nothing. */
    default PromptOptions scriptPrompt() {
        return PromptOptions.SCRIPT;
    }

    /**
     * How the data that AlignNet was trained with was read.
     *
     * @param script what {@link PromptPreset#SCRIPT} means for the system in hand
     */
    PromptOptions trainingPrompt(PromptOptions script);

    /**
     * How a preset makes prompts for it.
     *
     * @param script what {@link PromptPreset#SCRIPT} means for the system in hand
     */
    default PromptOptions prompt(PromptOptions script, PromptPreset preset) {
        return switch (preset) {
            case SCRIPT -> script;
            case COMFY -> script.withStyle(PromptStyle.DICT3).withImageSize(null).withMaxPixels(COMFY_PIXELS).padded(Padding.COMFY)
                    .withRope(RopeFrequencies.BFLOAT16);
            case TRAINING -> trainingPrompt(script).withStyle(PromptStyle.DICT3_TRAINING).withRope(RopeFrequencies.BFLOAT16);
        };
    }

    /**
     * Opens a model folder: configuration, tokenizer, preprocessor and weights (mapped, not read).
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if a file is missing or wrong, or the folder holds another model
     */
    Mllm open(Path folder);
}
