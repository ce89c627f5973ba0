package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.media.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before weights are opened: the folder holds none. */
class FluxPainterTest {
    private static final String TRANSFORMER = """
            {"_class_name": "FluxTransformer2DModel", "attention_head_dim": 8, "axes_dims_rope": [2, 2, 4], "in_channels": 16,
             "joint_attention_dim": 6, "num_attention_heads": 2, "num_layers": 1, "num_single_layers": 1, "pooled_projection_dim": 3}""";
    private static final String VAE = """
            {"_class_name": "AutoencoderKL", "block_out_channels": [4, 4, 4, 4], "latent_channels": 4, "norm_num_groups": 2,
             "scaling_factor": 0.3611, "shift_factor": 0.1159}""";

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        config("model_index.json", "{\"_class_name\": \"FluxPipeline\"}");
        config("transformer/config.json", TRANSFORMER);
        config("vae/config.json", VAE);
        config("scheduler/scheduler_config.json", "{\"_class_name\": \"FlowMatchEulerDiscreteScheduler\"}");
    }

    private void config(String file, String json) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), json);
    }

    private FluxPainter painter() {
        return new FluxPainter(FluxParts.open(folder));
    }

    private static DrawOptions options() {
        return DrawOptions.of(32, 48, 4, 3.5);
    }

    @Test
    void optionsAreCheckedWithoutWeights() {
        FluxPainter painter = painter();
        RgbImage image = new RgbImage(1, 1, new byte[3]);
        assertThatCode(() -> painter.check(options().from(image, 0.6))).doesNotThrowAnyException();
        assertThatThrownBy(() -> painter.check(DrawOptions.of(32, 40, 4, 3.5))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("width is 40");
        assertThatThrownBy(() -> painter.check(DrawOptions.of(32, 48, 0, 3.5))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("steps");
        assertThatThrownBy(() -> painter.check(options().from(image, 0))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("strength");
    }

    @Test
    void aTransformerThatTakesASecondPictureIsRefused() throws IOException {
        config("transformer/config.json", TRANSFORMER.replace("\"in_channels\": 16", "\"in_channels\": 96, \"out_channels\": 16"));
        assertThatThrownBy(this::painter).isInstanceOf(InvalidInputException.class).hasMessageContaining(folder.toString())
                .hasMessageContaining("96").hasMessageContaining("16").hasMessageContaining("Fill");
    }

    @Test
    void aMissingPartIsNamed() throws IOException {
        Files.delete(folder.resolve("vae/config.json"));
        Files.delete(folder.resolve("vae"));
        assertThatThrownBy(this::painter).isInstanceOf(InvalidInputException.class).hasMessageContaining("vae");
    }

    @Test
    void textOfAnotherModelIsRefused() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            TextEmbeddings wide = new TextEmbeddings(f.zeros(1, 2, 7), f.zeros(1, 3));
            assertThatThrownBy(() -> painter().paint(f, wide, null, options(), Progress.NONE)).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("7 channels").hasMessageContaining("takes 6 and 3");
        }
    }

    @Test
    void missingWeightsAreNamedWhenTheirStageBegins() {
        List<String> stages = new ArrayList<>();
        Progress progress = new Progress() {
            @Override
            public void stage(String name, int steps) {
                stages.add(name);
            }
        };
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            TextEmbeddings text = new TextEmbeddings(f.zeros(1, 2, 6), f.zeros(1, 3));
            assertThatThrownBy(() -> painter().paint(f, text, null, options(), progress)).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining(folder.resolve("transformer").toString());
            assertThatThrownBy(() -> painter().paint(f, text, null, options().from(new RgbImage(1, 1, new byte[3]), 0.6), progress))
                    .isInstanceOf(InvalidInputException.class).hasMessageContaining(folder.resolve("vae").toString());
        }
        assertThat(stages).containsExactly("encode picture");
    }

    @Test
    void aCancelledRunOpensNothing() {
        Progress cancelled = new Progress() {
            @Override
            public boolean cancelled() {
                return true;
            }
        };
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            TextEmbeddings text = new TextEmbeddings(f.zeros(1, 2, 6), f.zeros(1, 3));
            assertThatThrownBy(() -> painter().paint(f, text, null, options(), cancelled)).isInstanceOf(CancelledException.class);
        }
    }
}
