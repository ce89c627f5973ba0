package io.github.x2i4j.model.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FluxConfigTest {
    /** config.json of FLUX.1-dev as published. */
    private static final String DEV = """
            {"_class_name": "FluxTransformer2DModel", "_diffusers_version": "0.30.0.dev0", "attention_head_dim": 128,
             "guidance_embeds": true, "in_channels": 64, "joint_attention_dim": 4096, "num_attention_heads": 24, "num_layers": 19,
             "num_single_layers": 38, "patch_size": 1, "pooled_projection_dim": 768}""";

    private static FluxConfig config(String json) {
        return FluxConfig.of(Config.parse(Path.of("transformer", "config.json"), json));
    }

    @Test
    void readsThePublishedConfig() {
        FluxConfig c = config(DEV);
        assertThat(c.hiddenSize()).isEqualTo(3072);
        assertThat(c.outChannels()).isEqualTo(64);
        assertThat(c.axesDimsRope()).containsExactly(16, 56, 56);
        assertThat(c.guidanceEmbeds()).isTrue();
        assertThat(c.numLayers()).isEqualTo(19);
        assertThat(c.numSingleLayers()).isEqualTo(38);
    }

    @ParameterizedTest
    @ValueSource(strings = {"in_channels", "attention_head_dim", "num_attention_heads", "joint_attention_dim", "pooled_projection_dim",
        "num_layers", "num_single_layers"})
    void missingFieldsAreNamed(String field) {
        assertThatThrownBy(() -> config(DEV.replace('"' + field + '"', "\"other\""))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("config.json").hasMessageContaining(field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"patch_size\": 1; \"patch_size\": 2; patch_size",
        "\"num_layers\": 19; \"num_layers\": 2000000000; num_layers",
        "\"num_attention_heads\": 24; \"num_attention_heads\": 1000000; num_attention_heads",
        "\"in_channels\": 64; \"in_channels\": 0; in_channels",
        "\"patch_size\": 1; \"axes_dims_rope\": [16, 56, 54]; axes_dims_rope",
        "\"patch_size\": 1; \"axes_dims_rope\": [17, 55, 56]; axes_dims_rope",
        "FluxTransformer2DModel; SD3Transformer2DModel; expected FluxTransformer2DModel"})
    void impossibleFieldsAreNamed(String from, String to, String named) {
        assertThat(DEV).contains(from);
        assertThatThrownBy(() -> config(DEV.replace(from, to))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("config.json").hasMessageContaining(named);
    }
}
