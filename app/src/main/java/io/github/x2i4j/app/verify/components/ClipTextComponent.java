package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.text.ClipTextEncoder;

/** The CLIP text encoder: token ids to hidden states and the pooled output. */
public final class ClipTextComponent implements Component {
    @Override
    public String name() {
        return "clip-text";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<ClipTextEncoder> clip = Loaded.open(ModelFolders.of(golden), ClipTextEncoder.NAMES, ClipTextEncoder::of);
                Scope f = engine.scope()) {
            ClipTextEncoder.Output out = clip.model().forward(f, TokenIds.rows(golden.input("input_ids")), BlockHook.NONE);
            return new Outputs().put("last_hidden_state", out.lastHiddenState()).put("pooler_output", out.poolerOutput());
        }
    }
}
