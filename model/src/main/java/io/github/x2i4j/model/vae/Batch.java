package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.function.BiFunction;

/** Pictures of a batch one after the other: the result is the same and the memory is that of one. */
final class Batch {
    private Batch() {
    }

    static Tensor each(Ops ops, Tensor x, BiFunction<Ops, Tensor, Tensor> picture) {
        try (Scope f = ops.scope()) {
            Tensor[] outputs = new Tensor[Math.toIntExact(x.dim(0))];
            for (int b = 0; b < outputs.length; b++) {
                try (Scope one = f.scope()) {
                    outputs[b] = one.escape(picture.apply(one, x.rows(b, b + 1)));
                }
            }
            return f.escape(outputs.length == 1 ? outputs[0] : f.concat(0, outputs));
        }
    }
}
