package io.github.x2i4j.model.internvl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InternVlConfigTest {
    private static InternVlConfig read(String text, String other) {
        return InternVlConfig.read(TinyInternVl.json(text, other));
    }

    @Test
    void theFieldsOfTheFileAreRead() {
        InternVlConfig c = TinyInternVl.config();

        assertThat(c.text().numHiddenStates()).isEqualTo(3);
        assertThat(c.text().attentionBias()).isTrue();
        assertThat(c.text().mropeSection()).isNull();
        assertThat(c.vision()).isEqualTo(new VisionConfig(6, 2, 2, 10, 8, 2, true, 1e-6f));
        assertThat(c.tileTokens()).isEqualTo(4);
        assertThat(InternVlImageProcessor.of(c)).isEqualTo(new InternVlImageProcessor(8, 1, 12, true));
    }

    @Test
    void publishedTilesAre256Tokens() {
        VisionConfig vision = new VisionConfig(1024, 24, 16, 4096, 448, 14, true, 1e-6f);

        assertThat(new InternVlConfig(TinyInternVl.config().text(), vision, 448, 1, 12, true).tileTokens()).isEqualTo(256);
    }

    @Test
    void picturesThatAreNotCutAreOneTile() {
        assertThat(read("\"dynamic_image_size\": true", "\"dynamic_image_size\": false").maxTiles()).isEqualTo(1);
    }

    @Test
    void dynamicRotaryScalingOfSomeRevisionsIsKnown() {
        InternVlConfig c = read("\"hidden_act\": \"silu\"",
                "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}, \"max_position_embeddings\": 32768");

        assertThat(c.text().maxPositions()).isEqualTo(32768);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"model_type\": \"internvl_chat\";\"model_type\": \"llava\";llava",
        "\"ps_version\": \"v2\";\"ps_version\": \"v1\";ps_version v1",
        "\"template\": \"internvl2_5\";\"template\": \"internlm2-chat\";internlm2-chat",
        "\"model_type\": \"qwen2\";\"model_type\": \"internlm2\";internlm2",
        "\"downsample_ratio\": 0.5;\"downsample_ratio\": 0.25;downsample_ratio 0.25",
        "\"select_layer\": -1;\"select_layer\": -4;select_layer -4",
        "\"pad2square\": false;\"pad2square\": true;pad2square",
        "\"qk_normalization\": false;\"qk_normalization\": true;qk_normalization true",
        "\"norm_type\": \"layer_norm\";\"norm_type\": \"rms_norm\";rms_norm",
        "\"num_channels\": 3;\"num_channels\": 4;num_channels 4"})
    void otherModelsAreNamedAsUnsupported(String text, String other, String message) {
        assertThatThrownBy(() -> read(text, other)).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"norm_type\": \"layer_norm\",;'';norm_type is missing",
        "\"qk_normalization\": false,;'';qk_normalization is missing",
        "\"layer_norm_eps\": 1e-6,;'';layer_norm_eps is missing",
        "\"patch_size\": 2;\"patch_size\": 3;image_size",
        "\"force_image_size\": 8;\"force_image_size\": 6;force_image_size",
        "\"force_image_size\": 8;\"force_image_size\": 8000;force_image_size",
        "\"max_dynamic_patch\": 12;\"max_dynamic_patch\": 0;max_dynamic_patch",
        "\"min_dynamic_patch\": 1;\"min_dynamic_patch\": 13;max_dynamic_patch",
        "\"max_dynamic_patch\": 12;\"max_dynamic_patch\": 2000000000;max_dynamic_patch",
        "\"hidden_size\": 6;\"hidden_size\": 7;num_attention_heads",
        "\"hidden_size\": 6;\"hidden_size\": 2000000000;hidden_size"})
    void wrongFieldsAreNamed(String text, String other, String message) {
        assertThatThrownBy(() -> read(text, other)).isInstanceOf(InvalidInputException.class).hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }
}
