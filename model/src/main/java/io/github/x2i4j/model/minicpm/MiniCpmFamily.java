package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.model.mllm.Abilities;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import java.nio.file.Path;

/** MiniCPM-o 2.6. */
public final class MiniCpmFamily implements MllmFamily {
    /** As X2I's script: all of the prompt, up to what the language model has positions for; pictures in their own size. */
    public static final PromptOptions SCRIPT_PROMPT = new PromptOptions(32768, Padding.NONE, null, SpecialTokens.NEUTRALISE);

    static final Abilities ABILITIES = new Abilities("MiniCPM-o", Integer.MAX_VALUE, Integer.MAX_VALUE, true, true, false);

    @Override
    public String name() {
        return "minicpm_o_2_6";
    }

    @Override
    public PromptOptions scriptPrompt() {
        return SCRIPT_PROMPT;
    }

    /** Filled up to 512 tokens, pads read like any other token. */
    @Override
    public PromptOptions trainingPrompt(PromptOptions script) {
        return script.padded(Padding.RIGHT);
    }

    @Override
    public Abilities abilities() {
        return ABILITIES;
    }

    @Override
    public Mllm open(Path folder) {
        return MiniCpm.open(folder);
    }
}
