package io.github.x2i4j.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.FakeWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TilesTest {
    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    @Test
    void theGridOfThePublishedSizes() {
        Tiling t = new Tiling(1024, 128, 0.25);
        assertThat(t.decoding()).isEqualTo(new Tiling.Grid(128, 96, 256, 768));
        assertThat(t.encoding()).isEqualTo(new Tiling.Grid(1024, 768, 32, 96));
        assertThat(t.decoding().cuts(128, 128)).isFalse();
        assertThat(t.decoding().cuts(128, 129)).isTrue();
    }

    @Test
    void aNetworkThatWorksPixelByPixelGivesTheSameInTiles() {
        Tensor x = f.floats(FakeWeights.values(2 * 13 * 10, i -> Math.sin(0.37 * i)), 1, 2, 13, 10);
        Tensor y = Tiles.run(f, x, new Tiling(16, 8, 0.25).decoding(), (g, t) -> g.upsampleNearest2x(t));
        float[] expected = f.upsampleNearest2x(x).toFloats();
        assertThat(y.shape().toArray()).containsExactly(1, 2, 26, 20);
        float[] got = y.toFloats();
        for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).isCloseTo(expected[i], Offset.offset(1e-6f));
        }
    }

    @Test
    void tilesAreMixedWithNeighboursThatAreMixedAlready() {
        // every tile is filled with its number: 0 1 2 / 3 4 5, 4 x 4 each, step 2, blend 2, limit 2
        List<long[]> shapes = new ArrayList<>();
        Tensor y = Tiles.run(f, f.zeros(1, 1, 4, 6), new Tiling.Grid(4, 2, 2, 2), (g, t) -> {
            shapes.add(t.shape().toArray());
            return filled(g, t, shapes.size() - 1);
        });
        assertThat(shapes).hasSize(6);
        assertThat(shapes.get(2)).containsExactly(1, 1, 4, 2);
        assertThat(shapes.get(5)).containsExactly(1, 1, 2, 2);
        float[] v = y.toFloats();
        // the first row: tile 0; tile 1 mixed with it; tile 2 (two columns) mixed with tile 1, whose last two columns are still 1
        assertThat(Arrays.copyOf(v, 6)).containsExactly(0, 0, 0, 0.5f, 1, 1.5f);
        // row 3: tile 3 mixed with 0 above: half of each
        assertThat(v[3 * 6]).isEqualTo(1.5f);
        // tile 4: first with tile 1 above, mixed with tile 0 before (its row 3, column 1: 0.5): 2.25; then with the mixed tile 3 (1.5)
        assertThat(v[3 * 6 + 3]).isEqualTo((1.5f + 2.25f) / 2);
    }

    private static Tensor filled(Ops g, Tensor like, float value) {
        return g.affine(g.zeros(like.shape().toArray()), 1, value);
    }

    @Test
    void tilesThatWouldNeverEndAreRefused() {
        assertThatThrownBy(() -> new Tiling(64, 1, 0.25)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> new Tiling(64, 8, 1)).isInstanceOf(InvalidInputException.class);
    }
}
