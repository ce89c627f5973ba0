package io.github.x2i4j.model.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigsTest {
    private static final String SIZES = """
            "hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 160,
            "vocab_size": 785, "rms_norm_eps": 1e-6""";

    @TempDir
    private Path folder;

    private static Config config(String more) {
        return Config.parse(Path.of("config.json"), "{" + SIZES + more + "}");
    }

    private static DecoderConfig read(String more) {
        return DecoderConfig.read(config(more), true);
    }

    @Test
    void olderAndNewerRopeFieldsMeanTheSame() {
        DecoderConfig older = read(", \"rope_theta\": 1000000.0, \"rope_scaling\": {\"type\": \"mrope\", \"mrope_section\": [2, 3, 3]}");
        DecoderConfig newer = read(", \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1e6, \"mrope_section\": [2, 3, 3]}");

        assertThat(older).usingRecursiveComparison().isEqualTo(newer);
        assertThat(older.mropeSection()).containsExactly(2, 3, 3);
        assertThat(older.ropeTheta()).isEqualTo(1e6);
        assertThat(older.headDim()).isEqualTo(16);
        assertThat(older.numHiddenStates()).isEqualTo(4);
    }

    @Test
    void withoutSectionsThereIsOnePosition() {
        assertThat(read("").mropeSection()).isNull();
    }

    @Test
    void dynamicScalingIsKnownUpToTheLengthWhereItBegins() {
        assertThat(read(", \"max_position_embeddings\": 320, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}").maxPositions())
                .isEqualTo(320);
        assertThat(read(", \"max_position_embeddings\": 320").maxPositions()).isEqualTo(Integer.MAX_VALUE);
        assertThatThrownBy(() -> read(", \"rope_scaling\": {\"rope_type\": \"dynamic\"}")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("max_position_embeddings");
    }

    @Test
    void whatIsNotSupportedIsNamed() {
        assertThatThrownBy(() -> read(", \"rope_scaling\": {\"type\": \"yarn\"}")).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("yarn");
        assertThatThrownBy(() -> read(", \"use_sliding_window\": true")).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("use_sliding_window");
        assertThatThrownBy(() -> read(", \"hidden_act\": \"gelu\"")).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("gelu");
    }

    @Test
    void sizesThatDoNotFitOneAnotherAreNamed() {
        assertThatThrownBy(() -> read(", \"rope_scaling\": {\"mrope_section\": [2, 3, 4]}")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("mrope_section");
        assertThatThrownBy(() -> DecoderConfig.read(Config.parse(Path.of("c.json"), "{" + SIZES.replace("\"num_key_value_heads\": 2",
                "\"num_key_value_heads\": 3") + "}"), true)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("num_key_value_heads");
        assertThatThrownBy(() -> DecoderConfig.read(Config.parse(Path.of("c.json"), "{" + SIZES.replace("\"num_hidden_layers\": 3",
                "\"num_hidden_layers\": 2000000000") + "}"), true)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("num_hidden_layers");
    }

    @Test
    void generationConfigHoldsOneStopTokenOrSeveral() throws IOException {
        Path file = folder.resolve("generation_config.json");
        Files.writeString(file, "{\"eos_token_id\": [5, 7], \"repetition_penalty\": 1.05}");
        GenerationConfig several = GenerationConfig.read(folder, config(""));
        assertThat(several.stopIds()).containsExactly(5, 7);
        assertThat(several.repetitionPenalty()).isEqualTo(1.05f);
        assertThat(several.stops(7)).isTrue();
        assertThat(several.stops(6)).isFalse();

        Files.writeString(file, "{\"eos_token_id\": 5}");
        GenerationConfig one = GenerationConfig.read(folder, config(""));
        assertThat(one.stopIds()).containsExactly(5);
        assertThat(one.repetitionPenalty()).isEqualTo(1);
    }

    @Test
    void withoutGenerationConfigTheModelsOwnStopTokenCounts() {
        assertThat(GenerationConfig.read(folder, config(", \"eos_token_id\": 9")).stopIds()).containsExactly(9);
        assertThat(GenerationConfig.read(folder, config("")).stopIds()).isEmpty();
    }
}
