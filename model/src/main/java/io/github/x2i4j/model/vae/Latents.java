package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;

/** The two scales of latents: the transformer's are {@code (z - shift) * scaling}. */
final class Latents {
    private Latents() {
    }

    static Tensor toTransformer(Ops f, Tensor z, double scaling, double shift) {
        return f.affine(z, (float) scaling, (float) (-shift * scaling));
    }

    static Tensor fromTransformer(Ops f, Tensor x, double scaling, double shift) {
        return f.affine(x, (float) (1 / scaling), (float) shift);
    }
}
