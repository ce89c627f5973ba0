package io.github.x2i4j.model.text;

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
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.Progress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class T5EncoderTest {
    private static final String CONFIG = """
            {"model_type": "t5", "d_model": 8, "d_kv": 4, "num_heads": 3, "d_ff": 12, "num_layers": 2, "vocab_size": 10,
             "feed_forward_proj": "gated-gelu"}""";

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final T5Encoder encoder = encoder(CONFIG);

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private static T5Encoder encoder(String config) {
        return T5Encoder.of(FakeWeights.random(), Config.parse(Path.of("config.json"), config));
    }

    private float[] encode(long... ids) {
        return encoder.forward(f, new long[][] {ids}, BlockHook.NONE).toFloats();
    }

    private static float[] row(float[] states, int i) {
        return Arrays.copyOfRange(states, 8 * i, 8 * i + 8);
    }

    @Test
    void equalTokensDifferByTheirRelativePosition() {
        float[] states = encode(5, 5, 2);
        assertThat(row(states, 0)).isNotEqualTo(row(states, 1));
    }

    @Test
    void paddingIsAttendedTo() {
        float[] alone = encode(5, 3, 1);
        float[] padded = encode(5, 3, 1, 0, 0, 0);
        assertThat(Math.abs(alone[0] - padded[0])).isGreaterThan(1e-3f);
    }

    @Test
    void promptsOfABatchDoNotMix() {
        Tensor batch = encoder.forward(f, new long[][] {{5, 3, 1}, {7, 1, 0}}, BlockHook.NONE);
        assertThat(batch.shape().toArray()).containsExactly(2, 3, 8);
        float[] second = Arrays.copyOfRange(batch.toFloats(), 24, 48);
        float[] alone = encode(7, 1, 0);
        for (int i = 0; i < alone.length; i++) {
            assertThat(second[i]).isCloseTo(alone[i], Offset.offset(1e-5f));
        }
    }

    @Test
    void anIdOutsideTheVocabularyIsNamed() {
        assertThatThrownBy(() -> encode(5, 10)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("10").hasMessageContaining("vocabulary");
    }

    @Test
    void layersOfT5WithoutGateAreRefusedByName() {
        assertThatThrownBy(() -> encoder(CONFIG.replace("gated-gelu", "relu"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("feed_forward_proj").hasMessageContaining("config.json");
    }

    @Test
    void theFolderOfAnotherModelIsRefused() {
        assertThatThrownBy(() -> encoder(CONFIG.replace("\"t5\"", "\"clip_text_model\""))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("clip_text_model");
    }

    @Test
    void cancellingStopsBeforeTheNextBlock() {
        AtomicInteger asked = new AtomicInteger();
        Progress second = new Progress() {
            @Override
            public boolean cancelled() {
                return asked.incrementAndGet() == 2;
            }
        };
        assertThatThrownBy(() -> encoder.forward(f, new long[][] {{5, 1}}, second.hook())).isInstanceOf(CancelledException.class);
        assertThat(asked).hasValue(2);
    }
}
