package io.github.x2i4j.model.internvl;

import io.github.x2i4j.model.mllm.Abilities;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import java.nio.file.Path;

/** InternVL2.5 1B and 4B. */
public final class InternVlFamily implements MllmFamily {
    static final Abilities ABILITIES = new Abilities("InternVL2.5", 1, 0, false, false, false);

    @Override
    public String name() {
        return "internvl2_5";
    }

    /** Without the conversation template. */
    @Override
    public PromptOptions trainingPrompt(PromptOptions script) {
        return script.withTemplate(Template.BARE).padded(Padding.RIGHT);
    }

    @Override
    public Abilities abilities() {
        return ABILITIES;
    }

    @Override
    public Mllm open(Path folder) {
        return InternVl.open(folder);
    }
}
