package io.github.x2i4j.model.qwen;

import io.github.x2i4j.model.mllm.Abilities;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import java.nio.file.Path;

/** Qwen2.5-VL. */
public final class QwenVlFamily implements MllmFamily {
    static final Abilities ABILITIES = new Abilities("Qwen2.5-VL", Integer.MAX_VALUE, 1, false, false, true);

    @Override
    public String name() {
        return "qwen2_5_vl";
    }

    /** Padded on the left, as its training was. */
    @Override
    public PromptOptions trainingPrompt(PromptOptions script) {
        return script.padded(Padding.LEFT);
    }

    @Override
    public Abilities abilities() {
        return ABILITIES;
    }

    @Override
    public Mllm open(Path folder) {
        return QwenVl.open(folder);
    }
}
