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
import io.github.x2i4j.model.vae.VaeNames;

/** The autoencoder's decoder: raw latents to a picture. */
public final class VaeDecodeComponent implements Component {
    @Override
    public String name() {
        return "vae-decode";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<Autoencoder> vae = Loaded.open(ModelFolders.of(golden), VaeNames.MAP, Autoencoder::decoderOf);
                Scope f = engine.scope()) {
            return new Outputs().put("image", switch (vae.model()) {
                case AutoencoderKl kl -> kl.decode(f, golden.input("latents"), VaeTiling.of(golden.args(), kl.config()), BlockHook.NONE);
                case AutoencoderTiny tiny -> {
                    VaeTiling.refuse(golden.args());
                    yield tiny.decode(f, golden.input("latents"), BlockHook.NONE);
                }
            });
        }
    }
}
