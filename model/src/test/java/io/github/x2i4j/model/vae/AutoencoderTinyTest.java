package io.github.x2i4j.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AutoencoderTinyTest {
    private static final String CONFIG = """
            {"_class_name": "AutoencoderTiny", "latent_channels": 5, "encoder_block_out_channels": [6, 6, 6],
             "decoder_block_out_channels": [6, 6, 6], "num_encoder_blocks": [1, 0, 2], "num_decoder_blocks": [2, 0, 1],
             "scaling_factor": 2.0, "shift_factor": 0.5}""";

    private static Config config(String json) {
        return Config.parse(Path.of("config.json"), json);
    }

    @Test
    void sidesGrowAndShrinkByTheLevels() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Autoencoder vae = Autoencoder.of(FakeWeights.random(), config(CONFIG));
            assertThat(vae.sizes().spatialFactor()).isEqualTo(4);
            Tensor image = f.floats(FakeWeights.values(2 * 3 * 12 * 8, i -> Math.sin(i)), 2, 3, 12, 8);
            Tensor latents = vae.encodeLatents(f, image, () -> { throw new AssertionError("nothing is drawn"); }, null, BlockHook.NONE);
            assertThat(latents.shape().toArray()).containsExactly(2, 5, 3, 2);
            assertThat(vae.decodeLatents(f, latents, null, BlockHook.NONE).shape().toArray()).containsExactly(2, 3, 12, 8);
        }
    }

    @Test
    void latentsAreScaledAndShiftedBetweenItAndTheTransformer() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            AutoencoderTiny vae = AutoencoderTiny.of(FakeWeights.random(), config(CONFIG));
            Tensor image = f.floats(FakeWeights.values(3 * 8 * 8, i -> Math.cos(i)), 1, 3, 8, 8);
            float own = vae.encode(f, image, BlockHook.NONE).getFloat(3);
            assertThat(vae.encodeLatents(f, image, null, null, BlockHook.NONE).getFloat(3)).isCloseTo((own - 0.5f) * 2,
                    org.assertj.core.data.Offset.offset(1e-5f));
        }
    }

    @Test
    void sizesFollowFromTheTensorsOfAFileWithoutConfiguration() {
        FakeWeights weights = FakeWeights.random();
        TinyConfig told = TinyConfig.of(config(CONFIG));
        AutoencoderTiny.of(weights, config(CONFIG));
        TinyConfig found = TinyConfig.ofTensors(weights);
        assertThat(found).isEqualTo(new TinyConfig(3, 3, 5, 6, told.encoderBlocks(), told.decoderBlocks(), 1, 0));
    }

    @Test
    void aDecoderAloneIsEnoughToDraw() {
        FakeWeights weights = FakeWeights.random();
        AutoencoderTiny.of(weights, TinyConfig.of(config(CONFIG)), false);
        assertThat(weights.count("encoder.layers")).isZero();
        TinyConfig found = TinyConfig.ofTensors(weights);
        assertThat(found.decoderBlocks()).containsExactly(2, 0, 1);
        assertThat(found.latentChannels()).isEqualTo(5);
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Autoencoder decoder = Autoencoder.decoderOf(weights, null);
            assertThat(decoder.decodeLatents(f, f.zeros(1, 5, 1, 1), null, BlockHook.NONE).shape().toArray()).containsExactly(1, 3, 4, 4);
            assertThatThrownBy(() -> decoder.encodeLatents(f, f.zeros(1, 3, 4, 4), null, null, BlockHook.NONE)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void namesOfTheOriginalFilesAreThoseOfLayers() {
        assertThat(VaeNames.MAP.toModel("decoder.1.weight")).isEqualTo("decoder.layers.0.weight");
        assertThat(VaeNames.MAP.toModel("taesd_decoder.19.bias")).isEqualTo("decoder.layers.18.bias");
        assertThat(VaeNames.MAP.toModel("encoder.14.weight")).isEqualTo("encoder.layers.14.weight");
        assertThat(VaeNames.MAP.toModel("decoder.layers.3.conv.0.weight")).isEqualTo("decoder.layers.3.conv.0.weight");
    }

    @Test
    void whatItCannotDoIsRefused() {
        assertThatThrownBy(() -> TinyConfig.of(config(CONFIG.replace("\"latent_channels\"", "\"act_fn\": \"silu\", \"latent_channels\""))))
                .isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("act_fn");
        assertThatThrownBy(() -> TinyConfig.of(config(CONFIG.replace("[2, 0, 1]", "[2, 0]")))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("num_decoder_blocks");
        assertThatThrownBy(() -> TinyConfig.of(config(CONFIG.replace("[6, 6, 6]", "[6, 7, 6]")))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("block_out_channels");
        assertThatThrownBy(() -> Autoencoder.of(FakeWeights.only(), null)).isInstanceOf(InvalidInputException.class).hasMessageContaining("VAE");
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Autoencoder vae = Autoencoder.of(FakeWeights.random(), config(CONFIG));
            assertThatThrownBy(() -> vae.decodeLatents(f, f.zeros(1, 4, 2, 2), null, BlockHook.NONE)).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("[1, 4, 2, 2]");
            assertThatThrownBy(() -> vae.decodeLatents(f, f.zeros(1, 5, 2, 2), new Tiling(8, 2, 0.25), BlockHook.NONE))
                    .isInstanceOf(UnsupportedFeatureException.class);
        }
    }
}
