package io.github.x2i4j.model.vae;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VaeBlocksTest {
    private static final VaeConfig CONFIG = VaeConfig.of(Config.parse(Path.of("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [4, 8], "norm_num_groups": 2, "latent_channels": 3}"""));

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private Tensor picture(int channels, int height, int width) {
        return f.floats(FakeWeights.values(channels * height * width, i -> Math.sin(0.7 * i)), 1, channels, height, width);
    }

    @Test
    void aResnetBlockWithoutWeightsIsItsSkip() {
        FakeWeights w = FakeWeights.random();
        ResnetBlock.of(w, CONFIG, 4, 4);
        w.change("conv1.weight", v -> new float[v.length]).change("conv1.bias", v -> new float[v.length])
                .change("conv2.weight", v -> new float[v.length]).change("conv2.bias", v -> new float[v.length]);
        Tensor x = picture(4, 3, 5);
        assertThat(ResnetBlock.of(w, CONFIG, 4, 4).forward(f, x).toFloats()).containsExactly(x.toFloats());
    }

    @Test
    void aResnetBlockThatWidensHasALearnedSkip() {
        Tensor y = ResnetBlock.of(FakeWeights.random(), CONFIG, 4, 8).forward(f, picture(4, 3, 5));
        assertThat(y.shape().toArray()).containsExactly(1, 8, 3, 5);
    }

    @Test
    void downsamplingPadsOnTheRightAndBelowOnly() {
        float[] kernel = FakeWeights.values(9, i -> i + 1);
        Conv down = Conv.downsample(FakeWeights.only().put("weight", kernel, 1, 1, 3, 3).put("bias", new float[1], 1), 1);
        float[] corner = new float[16];
        corner[15] = 1;
        // out[y, x] = sum w[i, j] in[2 y + i, 2 x + j]: the last pixel meets w[1, 1] of the last output, and no other
        assertThat(down.apply(f, f.floats(corner, 1, 1, 4, 4)).toFloats()).containsExactly(0, 0, 0, 5);
        float[] first = new float[16];
        first[0] = 1;
        assertThat(down.apply(f, f.floats(first, 1, 1, 4, 4)).toFloats()).containsExactly(1, 0, 0, 0);
    }

    @Test
    void attentionOverEqualPixelsAddsTheSameEverywhere() {
        Tensor y = SpatialAttention.of(FakeWeights.random(), CONFIG, 4).forward(f, f.affine(f.zeros(1, 4, 2, 3), 1, 1));
        float[] v = y.toFloats();
        for (int c = 0; c < 4; c++) {
            for (int i = 1; i < 6; i++) {
                assertThat(v[c * 6 + i]).isCloseTo(v[c * 6], Offset.offset(1e-6f));
            }
        }
    }

    @Test
    void attentionSeesPixelsInTheirOrder() {
        SpatialAttention attention = SpatialAttention.of(FakeWeights.random(), CONFIG, 4);
        Tensor x = picture(4, 2, 3);
        Tensor turned = f.permute(x, 0, 1, 3, 2);
        float[] a = f.permute(attention.forward(f, turned), 0, 1, 3, 2).toFloats();
        float[] b = attention.forward(f, x).toFloats();
        for (int i = 0; i < a.length; i++) {
            assertThat(a[i]).as("attention has no notion of rows and columns").isCloseTo(b[i], Offset.offset(1e-5f));
        }
    }
}
