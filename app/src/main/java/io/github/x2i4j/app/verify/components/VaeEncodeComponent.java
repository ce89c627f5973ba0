package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.vae.Autoencoder;
import io.github.x2i4j.model.vae.AutoencoderKl;
import io.github.x2i4j.model.vae.AutoencoderTiny;
import io.github.x2i4j.model.vae.Posterior;
import io.github.x2i4j.model.vae.VaeNames;

/** The autoencoder's encoder: a picture to mean and clamped log-variance of its latents. */
public final class VaeEncodeComponent implements Component {
    @Override
    public String name() {
        return "vae-encode";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<Autoencoder> vae = Loaded.open(ModelFolders.of(golden), VaeNames.MAP, Autoencoder::encoderOf); Scope f = engine.scope()) {
            return switch (vae.model()) {
                case AutoencoderKl kl -> {
                    Posterior p = kl.encode(f, golden.input("image"), VaeTiling.of(golden.args(), kl.config()), BlockHook.NONE);
                    yield new Outputs().put("mean", p.mean()).put("logvar", p.logvar());
                }
                case AutoencoderTiny tiny -> {
                    VaeTiling.refuse(golden.args());
                    yield new Outputs().put("latents", tiny.encode(f, golden.input("image"), BlockHook.NONE));
                }
            };
        }
    }
}
