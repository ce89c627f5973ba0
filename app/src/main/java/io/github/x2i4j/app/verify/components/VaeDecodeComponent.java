package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.vae.AutoencoderKl;

/** The autoencoder's decoder: raw latents to a picture. */
public final class VaeDecodeComponent implements Component {
    @Override
    public String name() {
        return "vae-decode";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<AutoencoderKl> vae = Loaded.open(ModelFolders.of(golden), AutoencoderKl.NAMES, AutoencoderKl::decoderOf);
                Scope f = engine.scope()) {
            return new Outputs().put("image",
                    vae.model().decode(f, golden.input("latents"), VaeTiling.of(golden.args(), vae.model().config()), BlockHook.NONE));
        }
    }
}
