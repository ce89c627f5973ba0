package io.github.x2i4j.model.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.FakeWeights;
import org.junit.jupiter.api.Test;

class LatentGridTest {
    @Test
    void packingPutsSquaresOfLatentsIntoOneToken() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            LatentGrid grid = new LatentGrid(4, 6);
            Tensor latents = f.floats(FakeWeights.values(2 * 3 * 4 * 6, i -> i), 2, 3, 4, 6);
            Tensor tokens = grid.pack(f, latents);
            assertThat(tokens.shape().toArray()).containsExactly(2, 6, 12);
            int b = 1;
            int row = 1;
            int column = 2;
            int c = 2;
            int dy = 1;
            int dx = 0;
            long at = ((long) b * 6 + row * 3 + column) * 12 + c * 4 + dy * 2 + dx;
            assertThat(tokens.getFloat(at)).isEqualTo(((b * 3 + c) * 4 + 2 * row + dy) * 6 + 2 * column + dx);
        }
    }

    @Test
    void unpackingUndoesPacking() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            LatentGrid grid = new LatentGrid(6, 2);
            Tensor latents = f.floats(FakeWeights.values(2 * 5 * 6 * 2, i -> i), 2, 5, 6, 2);
            Tensor back = grid.unpack(f, grid.pack(f, latents));
            assertThat(back.shape()).isEqualTo(latents.shape());
            assertThat(back.toFloats()).isEqualTo(latents.toFloats());
        }
    }

    @Test
    void tokensAreNumberedRowByRow() {
        float[][] ids = new LatentGrid(4, 6).imageIds();
        assertThat(ids).hasNumberOfRows(6);
        assertThat(ids[0]).containsExactly(0, 0, 0);
        assertThat(ids[2]).containsExactly(0, 0, 2);
        assertThat(ids[4]).containsExactly(0, 1, 1);
    }

    @Test
    void sidesAreRoundedDownToWholeTokens() {
        assertThat(LatentGrid.ofPixels(70, 90, 8)).isEqualTo(new LatentGrid(8, 10));
        assertThat(LatentGrid.ofPixels(1024, 512, 8).tokens()).isEqualTo(2048);
    }

    @Test
    void halfTokensAreRefused() {
        assertThatThrownBy(() -> new LatentGrid(3, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LatentGrid.ofPixels(15, 64, 8)).isInstanceOf(IllegalArgumentException.class);
    }
}
