package io.github.x2i4j.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AutoencoderKlTest {
    private static final String CONFIG = """
            {"_class_name": "AutoencoderKL", "block_out_channels": [4, 8, 8], "norm_num_groups": 2, "latent_channels": 3,
             "layers_per_block": 1, "scaling_factor": 0.5, "shift_factor": 0.25}""";

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final AutoencoderKl vae = AutoencoderKl.of(FakeWeights.random(), config(CONFIG));

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private static Config config(String json) {
        return Config.parse(Path.of("config.json"), json);
    }

    private Tensor sines(long... dims) {
        int n = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        return f.floats(FakeWeights.values(n, i -> Math.sin(0.3 * i)), dims);
    }

    @Test
    void sidesGrowByTheSpatialFactor() {
        assertThat(vae.decode(f, sines(1, 3, 5, 2), null, BlockHook.NONE).shape().toArray()).containsExactly(1, 3, 20, 8);
    }

    @Test
    void oddSidesAreRoundedDownAtEachLevel() {
        Posterior p = vae.encode(f, sines(1, 3, 23, 17), null, BlockHook.NONE);
        assertThat(p.mean().shape().toArray()).containsExactly(1, 3, 5, 4);
        assertThat(p.logvar().shape().toArray()).containsExactly(1, 3, 5, 4);
    }

    @Test
    void picturesOfABatchDoNotMix() {
        Tensor z = sines(2, 3, 2, 3);
        float[] second = vae.decode(f, z, null, BlockHook.NONE).row(1).toFloats();
        assertThat(second).containsExactly(vae.decode(f, z.rows(1, 2), null, BlockHook.NONE).toFloats());
    }

    @Test
    void tilesChangeNothingWhereThePictureIsNotLarger() {
        Tensor z = sines(1, 3, 4, 4);
        Tiling tiling = new Tiling(16, 4, 0.25);
        assertThat(vae.decode(f, z, tiling, BlockHook.NONE).toFloats()).containsExactly(vae.decode(f, z, null, BlockHook.NONE).toFloats());
        Tensor larger = sines(1, 3, 4, 5);
        assertThat(vae.decode(f, larger, tiling, BlockHook.NONE).toFloats())
                .isNotEqualTo(vae.decode(f, larger, null, BlockHook.NONE).toFloats());
    }

    @Test
    void theDecoderAloneDecodesTheSame() {
        Tensor z = sines(1, 3, 2, 2);
        AutoencoderKl decoder = AutoencoderKl.decoderOf(FakeWeights.random(), config(CONFIG));
        assertThat(decoder.decode(f, z, null, BlockHook.NONE).toFloats()).containsExactly(vae.decode(f, z, null, BlockHook.NONE).toFloats());
        assertThatThrownBy(() -> decoder.encode(f, sines(1, 3, 8, 8), null, BlockHook.NONE)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theTransformersLatentsAreShiftedAndScaled() {
        assertThat(vae.fromTransformer(f, f.zeros(2)).toFloats()).containsExactly(0.25f, 0.25f);
        assertThat(vae.toTransformer(f, f.floats(new float[] {0.25f, 1.25f}, 2)).toFloats()).containsExactly(0, 0.5f);
    }

    @Test
    void aSampleIsTheMeanAndNoiseOfTheStandardDeviation() {
        Posterior p = new Posterior(f.floats(new float[] {1, 2}, 1, 1, 1, 2), f.floats(new float[] {0, (float) Math.log(9)}, 1, 1, 1, 2));
        float[] s = p.sample(f, f.floats(new float[] {0.5f, -1}, 1, 1, 1, 2)).toFloats();
        assertThat(s[0]).isCloseTo(1.5f, Offset.offset(1e-6f));
        assertThat(s[1]).isCloseTo(-1, Offset.offset(1e-5f));
    }

    @Test
    void theLogarithmOfTheVarianceIsClamped() {
        FakeWeights w = FakeWeights.random();
        AutoencoderKl.of(w, config(CONFIG));
        w.change("quant_conv.bias", v -> FakeWeights.values(v.length, i -> i % 2 == 0 ? 1000 : -1000));
        float[] logvar = AutoencoderKl.of(w, config(CONFIG)).encode(f, sines(1, 3, 8, 8), null, BlockHook.NONE).logvar().toFloats();
        assertThat(logvar).containsOnly(20, -30);
    }

    @Test
    void wrongShapesAreNamed() {
        assertThatThrownBy(() -> vae.decode(f, sines(1, 4, 2, 2), null, BlockHook.NONE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("[1, 4, 2, 2]");
        assertThatThrownBy(() -> vae.encode(f, sines(1, 3, 3, 8), null, BlockHook.NONE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("at least 4");
    }

    @Test
    void otherAutoencodersAreToldApart() {
        assertThatThrownBy(() -> VaeConfig.of(config(CONFIG.replace("AutoencoderKL", "AutoencoderTiny"))))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("AutoencoderTiny");
        assertThatThrownBy(() -> VaeConfig.of(config(CONFIG.replace("AutoencoderKL", "FluxTransformer2DModel"))))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("FluxTransformer2DModel");
        assertThatThrownBy(() -> VaeConfig.of(config(CONFIG.replace("\"norm_num_groups\": 2", "\"norm_num_groups\": 3"))))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("norm_num_groups");
    }
}
