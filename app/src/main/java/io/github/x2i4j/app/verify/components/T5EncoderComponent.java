package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.text.T5Encoder;

/** The T5 text encoder: token ids to hidden states. */
public final class T5EncoderComponent implements Component {
    @Override
    public String name() {
        return "t5-encoder";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<T5Encoder> t5 = Loaded.open(ModelFolders.of(golden), T5Encoder.NAMES, T5Encoder::of); Scope f = engine.scope()) {
            long[][] ids = TokenIds.rows(golden.input("input_ids"));
            return new Outputs().put("last_hidden_state", t5.model().forward(f, ids, BlockHook.NONE));
        }
    }
}
