package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.vae.AutoencoderKl;
import io.github.x2i4j.model.vae.Posterior;

/** The autoencoder's encoder: a picture to mean and clamped log-variance of its latents. */
public final class VaeEncodeComponent implements Component {
    @Override
    public String name() {
        return "vae-encode";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<AutoencoderKl> vae = Loaded.open(ModelFolders.of(golden), AutoencoderKl.NAMES, AutoencoderKl::of);
                Scope f = engine.scope()) {
            Posterior p = vae.model().encode(f, golden.input("image"), VaeTiling.of(golden.args(), vae.model().config()), BlockHook.NONE);
            return new Outputs().put("mean", p.mean()).put("logvar", p.logvar());
        }
    }
}
