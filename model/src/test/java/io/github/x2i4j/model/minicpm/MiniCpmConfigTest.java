package io.github.x2i4j.model.minicpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MiniCpmConfigTest {
    private static MiniCpmConfig read(String text, String other) {
        return MiniCpmConfig.read(TinyMiniCpm.json(text, other));
    }

    @Test
    void theFieldsOfTheFileAreRead() {
        MiniCpmConfig c = TinyMiniCpm.config();

        assertThat(c.text().numHiddenStates()).isEqualTo(3);
        assertThat(c.text().attentionBias()).isTrue();
        assertThat(c.vision()).isEqualTo(new VisionConfig(6, 2, 2, 10, 10, 2, 1e-6f));
        assertThat(c.audio()).isEqualTo(new AudioConfig(8, 2, 2, 12, 5, 30, 4));
        assertThat(c.queryNum()).isEqualTo(3);
    }

    @Test
    void theLastVisionLayerIsDroppedUnlessTheFileSaysOtherwise() {
        assertThat(read("\"drop_vision_last_layer\": false", "\"drop_vision_last_layer\": true").vision().numLayers()).isEqualTo(1);
        assertThat(read("\"drop_vision_last_layer\": false,", "").vision().numLayers()).isEqualTo(1);
    }

    @Test
    void aSecondIsFiftySteps() {
        assertThat(read("\"audio_chunk_length\": 0.08", "\"audio_chunk_length\": 1.0").audio().chunkSteps()).isEqualTo(50);
        assertThat(read("\"audio_chunk_length\": 0.08,", "").audio().chunkSteps()).isEqualTo(50);
        assertThat(read("\"audio_chunk_length\": 0.08", "\"audio_chunk_length\": -1").audio().chunkSteps()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"model_type\": \"minicpmo\";\"model_type\": \"minicpmv\";minicpmv",
        "\"version\": \"2.6\";\"version\": \"4.5\";version 4.5",
        "\"init_vision\": true;\"init_vision\": false;init_vision false",
        "\"init_audio\": true;\"init_audio\": false;init_audio false",
        "\"chunk_input\": true;\"chunk_input\": false;chunk_input false",
        "\"audio_pool_step\": 2;\"audio_pool_step\": 5;audio_pool_step 5",
        "\"image_size\": 20;\"image_size\": 20, \"hidden_act\": \"gelu\";hidden_act gelu",
        "\"d_model\": 8;\"d_model\": 8, \"activation_function\": \"relu\";activation_function relu"})
    void otherModelsAreNamedAsUnsupported(String text, String other, String message) {
        assertThatThrownBy(() -> read(text, other)).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"hidden_size\": 128;\"hidden_size\": 120;hidden_size",
        "\"query_num\": 3,;'';query_num is missing",
        "\"query_num\": 3;\"query_num\": 2000000000;query_num",
        "\"image_size\": 20;\"image_size\": 21;image_size",
        "\"image_size\": 20;\"image_size\": 2000000000;image_size",
        "\"hidden_size\": 6;\"hidden_size\": 7;num_attention_heads",
        "\"d_model\": 8;\"d_model\": 9;encoder_attention_heads",
        "\"d_model\": 8;\"d_model\": 2000000000;d_model",
        "\"encoder_layers\": 2;\"encoder_layers\": 2000000;encoder_layers",
        "\"audio_chunk_length\": 0.08;\"audio_chunk_length\": 0.001;audio_chunk_length",
        "\"max_source_positions\": 30;\"max_source_positions\": 0;max_source_positions"})
    void wrongFieldsAreNamed(String text, String other, String message) {
        assertThatThrownBy(() -> read(text, other)).isInstanceOf(InvalidInputException.class).hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }
}
