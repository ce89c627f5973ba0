package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.internvl.InternVlModel;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import java.util.stream.LongStream;

/** The networks of InternVL2.5 on given token ids and tiles: hidden states and tokens of the picture. */
public final class InternVl25Component implements Component {
    @Override
    public String name() {
        return "internvl2_5";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<InternVlModel> loaded = Loaded.open(ModelFolders.of(golden), InternVlModel.NAMES, InternVlModel::bind);
                Scope s = engine.scope()) {
            InternVlModel.Output out = loaded.model().forward(s, input(golden), BlockHook.NONE);
            Outputs o = new Outputs().put("hidden_states", out.hiddenStates());
            return out.vitEmbeds() == null ? o : o.put("vit_embeds", out.vitEmbeds());
        }
    }

    private static InternVlModel.Input input(GoldenCase golden) {
        Tensor ids = golden.input("input_ids");
        Tensor mask = golden.inputOrNull("attention_mask");
        Tensor pixels = golden.inputOrNull("pixel_values");
        if (pixels != null && !golden.args().path("img_context_token_id").isIntegralNumber()) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": there are pixels, but no img_context_token_id");
        }
        return new InternVlModel.Input(ids.toLongs(), mask == null ? LongStream.generate(() -> 1).limit(ids.elements()).toArray()
                : mask.toLongs(), pixels, golden.args().path("img_context_token_id").asLong(-1));
    }
}
