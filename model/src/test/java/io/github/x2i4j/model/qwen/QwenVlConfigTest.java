package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class QwenVlConfigTest {
    private static QwenVlConfig read(String json) {
        return QwenVlConfig.read(Config.parse(Path.of("config.json"), json));
    }

    @Test
    void flatAndNestedLayoutsMeanTheSame() {
        QwenVlConfig nested = read("{\"text_config\": {" + TinyQwen.TEXT + "}," + TinyQwen.REST + "}");

        assertThat(nested).usingRecursiveComparison().isEqualTo(TinyQwen.config());
        assertThat(nested.text().tieWordEmbeddings()).isTrue();
        assertThat(nested.vision().fullAttention(1)).isTrue();
        assertThat(nested.vision().fullAttention(0)).isFalse();
    }

    @Test
    void anotherModelIsNamed() {
        assertThatThrownBy(() -> read("{\"model_type\": \"llama\"}")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("llama").hasMessageContaining("qwen2_5_vl");
    }

    @Test
    void widthsThatDoNotMeetAreNamed() {
        assertThatThrownBy(() -> read("{" + TinyQwen.TEXT + "," + TinyQwen.REST.replace("\"out_hidden_size\": 12", "\"out_hidden_size\": 13")
                + "}")).isInstanceOf(InvalidInputException.class).hasMessageContaining("out_hidden_size");
        assertThatThrownBy(() -> read("{" + TinyQwen.TEXT + "," + TinyQwen.REST.replace("\"patch_size\": 2,", "\"patch_size\": 100000,") + "}"))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("patch_size");
        assertThatThrownBy(() -> read("{" + TinyQwen.TEXT + "," + TinyQwen.REST.replace("\"depth\": 2", "\"depth\": 2000000000") + "}"))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("depth");
    }

    @Test
    void namesOfNewerCheckpointsAreThoseOfOlderOnes() {
        assertThat(QwenVlModel.NAMES.toModel("model.visual.blocks.0.norm1.weight")).isEqualTo("visual.blocks.0.norm1.weight");
        assertThat(QwenVlModel.NAMES.toModel("model.language_model.norm.weight")).isEqualTo("model.norm.weight");
        assertThat(QwenVlModel.NAMES.toModel("model.norm.weight")).isEqualTo("model.norm.weight");
        assertThat(QwenVlModel.NAMES.toModel("lm_head.weight")).isEqualTo("lm_head.weight");
    }
}
