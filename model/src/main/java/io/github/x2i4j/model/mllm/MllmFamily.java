package io.github.x2i4j.model.mllm;

import java.nio.file.Path;

/** A family of multimodal LLMs that share architecture, chat template and preprocessing. */
public interface MllmFamily {
    /** Name as in x2i.json, such as {@code qwen2_5_vl}. */
    String name();

    /** How X2I's script makes prompts for it; holds where x2i.json says nothing. */
    default PromptOptions scriptPrompt() {
        return PromptOptions.SCRIPT;
    }

    /**
     * Opens a model folder: configuration, tokenizer, preprocessor and weights (mapped, not read).
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if a file is missing or wrong, or the folder holds another model
     */
    Mllm open(Path folder);
}
