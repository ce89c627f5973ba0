package io.github.x2i4j.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChainTest {
    private final Engine engine = Engine.open(EngineOptions.DEFAULT);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void theInputOfALayerIsGivenBackWhenItsOutputExists() {
        try (Scope f = engine.scope(); Chain chain = new Chain(f, f.floats(new float[] {1}, 1))) {
            Tensor[] seen = new Tensor[2];
            chain.then((g, x) -> seen[0] = g.affine(x, 2, 0));
            chain.then((g, x) -> seen[1] = g.affine(x, 2, 0));
            assertThatThrownBy(() -> seen[0].toFloats()).isInstanceOf(IllegalStateException.class);
            assertThat(seen[1].toFloats()).containsExactly(4);
        }
    }

    @Test
    void theResultOutlivesTheChain() {
        try (Scope f = engine.scope()) {
            Tensor y;
            try (Chain chain = new Chain(f, f.floats(new float[] {1}, 1))) {
                y = chain.then((g, x) -> g.affine(x, 3, 0)).then((g, x) -> g.affine(x, 1, 1)).escape();
            }
            assertThat(y.toFloats()).containsExactly(4);
        }
    }

    @Test
    void aHookThatSkipsABlockLeavesTheStreamAsItWas() {
        BlockHook skip = (f, place, streams, block) -> place.index() == 1 ? streams : block.apply(streams);
        try (Scope f = engine.scope(); Chain chain = new Chain(f, f.floats(new float[] {1}, 1))) {
            for (int i = 0; i < 3; i++) {
                chain.block(skip, new BlockHook.Place("blocks", i, 3), (g, x) -> g.affine(x, 10, 0));
            }
            assertThat(chain.escape().toFloats()).containsExactly(100);
        }
    }
}
