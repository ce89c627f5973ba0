package io.github.x2i4j.model.qwen;

import io.github.x2i4j.model.mllm.Abilities;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptPreset;
import java.nio.file.Path;

/** Qwen2.5-VL. */
public final class QwenVlFamily implements MllmFamily {
    static final Abilities ABILITIES = new Abilities("Qwen2.5-VL", Integer.MAX_VALUE, 1, false, true);

    @Override
    public String name() {
        return "qwen2_5_vl";
    }

    @Override
    public PromptOptions prompt(PromptOptions script, PromptPreset preset) {
        return preset.of(script);
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
