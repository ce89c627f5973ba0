package io.github.x2i4j.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClipTextEncoderTest {
    private static final String CONFIG = """
            {"model_type": "clip_text_model", "vocab_size": 20, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 2,
             "num_attention_heads": 2, "max_position_embeddings": 9, "eos_token_id": 2}""";

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private static ClipTextEncoder encoder(String config) {
        return ClipTextEncoder.of(FakeWeights.random(), Config.parse(Path.of("config.json"), config));
    }

    private float[] pooled(long... ids) {
        return encoder(CONFIG).forward(f, new long[][] {ids}, BlockHook.NONE).poolerOutput().toFloats();
    }

    @Test
    void thePooledVectorDoesNotDependOnThePadding() {
        float[] brief = pooled(18, 4, 5, 19);
        float[] padded = pooled(18, 4, 5, 19, 19, 19, 19);
        for (int i = 0; i < brief.length; i++) {
            assertThat(padded[i]).isCloseTo(brief[i], Offset.offset(1e-5f));
        }
        assertThat(pooled(18, 4, 6, 19)).isNotEqualTo(brief);
    }

    @Test
    void oldConfigurationsPoolAtTheFirstLargestId() {
        assertThat(ClipTextEncoder.poolPosition(new long[] {18, 4, 19, 2, 19}, 2)).isEqualTo(2);
    }

    @Test
    void newConfigurationsPoolAtTheFirstEndOfText() {
        assertThat(ClipTextEncoder.poolPosition(new long[] {18, 19, 7, 4, 7}, 7)).isEqualTo(2);
        assertThat(ClipTextEncoder.poolPosition(new long[] {18, 19, 4}, 7)).as("no end of text").isZero();
    }

    @Test
    void moreTokensThanPositionsAreRefused() {
        assertThatThrownBy(() -> pooled(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("10").hasMessageContaining("9");
    }

    @Test
    void headsThatDoNotDivideTheWidthAreRefused() {
        assertThatThrownBy(() -> encoder(CONFIG.replace("\"num_attention_heads\": 2", "\"num_attention_heads\": 3")))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("num_attention_heads");
    }

    @Test
    void anUnknownActivationIsNamed() {
        assertThatThrownBy(() -> encoder(CONFIG.replace("\"vocab_size\"", "\"hidden_act\": \"snake\", \"vocab_size\"")))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("snake").hasMessageContaining("hidden_act");
    }
}
