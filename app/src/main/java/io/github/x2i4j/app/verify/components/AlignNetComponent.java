package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.align.AlignNet;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;

/** AlignNet: hidden states of every layer to FLUX's conditioning. */
public final class AlignNetComponent implements Component {
    @Override
    public String name() {
        return "alignnet";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        if (golden.model() == null) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": no model");
        }
        AlignNetSettings settings = settings(golden);
        try (Loaded<AlignNet> net = Loaded.openWeights(golden.model(), AlignNet.NAMES, w -> AlignNet.of(w, settings));
                Scope f = engine.scope()) {
            AlignNet.Output out = net.model().forward(f, golden.input("hidden_states"), BlockHook.NONE);
            return new Outputs().put("pooled_prompt_embeds", out.pooledPromptEmbeds()).put("prompt_embeds", out.promptEmbeds());
        }
    }

    private static AlignNetSettings settings(GoldenCase golden) {
        JsonNode args = golden.args();
        return new AlignNetSettings(golden.folder().resolve("case.json").toString(), integer(args, "in_channels"),
                integer(args, "input_dim"), integer(args, "num_heads"), integer(args, "head_dim"), integer(args, "num_layers"),
                flag(args, "use_t5"), flag(args, "use_scale"), flag(args, "use_cnn"));
    }

    private static Integer integer(JsonNode args, String name) {
        return args.hasNonNull(name) ? Integer.valueOf(args.get(name).asInt()) : null;
    }

    private static Boolean flag(JsonNode args, String name) {
        return args.hasNonNull(name) ? Boolean.valueOf(args.get(name).asBoolean()) : null;
    }
}
