package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import java.util.function.BiFunction;

/** One evaluation of FLUX's transformer. */
public final class FluxTransformerComponent implements Component {
    @Override
    public String name() {
        return "flux-transformer";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        Config sizes = golden.args().path("config").isObject()
                ? Config.parse(golden.folder().resolve("case.json"), golden.args().get("config").toString()) : null;
        BiFunction<Weights, Config, FluxTransformer> bind = (w, config) -> new FluxTransformer(w,
                config == null ? FluxConfig.ofTensors(w, sizes) : FluxConfig.of(config));
        try (Loaded<FluxTransformer> loaded = Loaded.open(ModelFolders.of(golden), FluxNames.MAP, bind);
                Scope f = engine.scope()) {
            FluxTransformer transformer = loaded.model();
            Tensor guidance = golden.inputOrNull("guidance");
            var conditions = new FluxTransformer.Conditions(golden.input("encoder_hidden_states"), golden.input("pooled_projections"),
                    guidance == null ? null : guidance.toFloats(),
                    transformer.rope(f, ids(golden.input("txt_ids")), ids(golden.input("img_ids"))));
            return new Outputs().put("sample", transformer.forward(f, golden.input("hidden_states"),
                    golden.input("timestep").toFloats(), conditions, BlockHook.NONE));
        }
    }

    private static float[][] ids(Tensor table) {
        float[][] ids = new float[Math.toIntExact(table.dim(0))][];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = table.row(i).toFloats();
        }
        return ids;
    }
}
