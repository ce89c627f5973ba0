package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleTest {
    private static final String FULL = """
            {"name": "small", "mllm": {"family": "qwen2_5_vl", "path": "../mllm"},
             "alignnet": {"path": "align.bin", "in_channels": 7, "use_scale": false, "use_cnn": true},
             "flux": {"path": "flux"},
             "prompt": {"max_length": 64, "padding": "max_length", "image_size": [128, 96]},
             "defaults": {"steps": 8, "guidance": 2.5, "height": 112, "width": 128}}""";

    @TempDir
    private Path temp;
    private Path folder;

    @BeforeEach
    void parts() throws IOException {
        folder = Files.createDirectories(temp.resolve("bundle"));
        Files.createDirectories(temp.resolve("mllm"));
        Files.createDirectories(folder.resolve("flux"));
        Files.writeString(folder.resolve("align.bin"), "");
    }

    private Bundle open(String json) throws IOException {
        Files.writeString(folder.resolve("x2i.json"), json);
        return Bundle.open(folder);
    }

    @Test
    void everyFieldIsRead() throws IOException {
        Bundle b = open(FULL);
        assertThat(b.name()).isEqualTo("small");
        assertThat(b.family()).isEqualTo("qwen2_5_vl");
        assertThat(b.mllm()).isEqualTo(temp.resolve("mllm"));
        assertThat(b.alignnet()).isEqualTo(folder.resolve("align.bin"));
        assertThat(b.flux()).isEqualTo(folder.resolve("flux"));
        assertThat(b.alignnetSettings()).isEqualTo(
                new AlignNetSettings(folder.resolve("x2i.json").toString(), 7, null, null, null, null, null, false, true));
        assertThat(b.prompt()).isEqualTo(new PromptOptions(64, Padding.RIGHT, new ImageSize(128, 96), SpecialTokens.NEUTRALISE));
        assertThat(b.defaults()).isEqualTo(new Bundle.Defaults(8, 2.5, 112, 128));
    }

    @Test
    void whatIsAbsentIsAsInTheScripts() throws IOException {
        Bundle b = open("""
                {"mllm": {"family": "qwen2_5_vl", "path": "../mllm"}, "alignnet": {"path": "align.bin"}, "flux": {"path": "flux"}}""");
        assertThat(b.name()).isEqualTo("bundle");
        assertThat(b.alignnetSettings()).isEqualTo(
                new AlignNetSettings(folder.resolve("x2i.json").toString(), null, null, null, null, null, null, null, null));
        assertThat(b.prompt()).isEqualTo(new PromptOptions(512, Padding.RIGHT, new ImageSize(128, 128), SpecialTokens.NEUTRALISE));
        assertThat(b.defaults()).isEqualTo(new Bundle.Defaults(4, 3.5, 1024, 1024));
    }

    @Test
    void withoutPaddingTheLengthIsALimitAndPicturesMayKeepTheirSize() throws IOException {
        Bundle b = open(FULL.replace("\"padding\": \"max_length\"", "\"padding\": \"none\"").replace("[128, 96]", "null"));
        assertThat(b.prompt()).isEqualTo(new PromptOptions(64, Padding.NONE, null, SpecialTokens.NEUTRALISE));
    }

    @Test
    void styleTemplateAndRotaryFrequenciesMayBeSaid() throws IOException {
        Bundle b = open(FULL.replace("\"padding\"", "\"style\": \"dict3\", \"template\": \"bare\", \"rope_inv_freq\": \"bfloat16\", \"padding\""));
        assertThat(b.prompt().style()).isEqualTo(PromptStyle.DICT3);
        assertThat(b.prompt().template()).isEqualTo(Template.BARE);
        assertThat(b.prompt().rope()).isEqualTo(RopeFrequencies.BFLOAT16);
        assertThatThrownBy(() -> open(FULL.replace("\"padding\"", "\"rope_inv_freq\": \"float16\", \"padding\"")))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("rope_inv_freq").hasMessageContaining("bfloat16");
    }

    @Test
    void theFileItselfMayBeNamed() throws IOException {
        assertThat(open(FULL)).isEqualTo(Bundle.open(folder.resolve("x2i.json")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"path\": \"flux\" | \"path\": \"gone\" | gone",
        "\"padding\": \"max_length\" | \"padding\": \"left\" | padding",
        "[128, 96] | [128] | image_size",
        "[128, 96] | [128, 0] | image_size",
        "\"max_length\": 64 | \"max_length\": 0 | max_length",
        "\"steps\": 8 | \"steps\": \"8\" | steps",
        "\"in_channels\": 7 | \"in_channels\": -7 | in_channels",
        "\"family\": \"qwen2_5_vl\", |  | family"})
    void aWrongFieldIsNamedWithItsFile(String right, String wrong, String named) {
        String json = FULL.replace(right, wrong == null ? "" : wrong);
        assertThat(json).isNotEqualTo(FULL);
        assertThatThrownBy(() -> open(json)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("x2i.json").hasMessageContaining(named);
    }

    @Test
    void aFolderThatIsNoBundleIsToldWhatItIs() throws IOException {
        Files.writeString(temp.resolve("mllm/config.json"), "{\"model_type\": \"qwen2_5_vl\"}");
        assertThatThrownBy(() -> Bundle.open(temp.resolve("mllm"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("Qwen2.5-VL").hasMessageContaining("X2I bundle");
        assertThatThrownBy(() -> Bundle.open(temp.resolve("nowhere"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void familiesAreFoundByTheirNames() {
        for (String name : List.of("qwen2_5_vl", "internvl2_5", "minicpm_o_2_6")) {
            assertThat(MllmFamilies.of(name).name()).isEqualTo(name);
        }
        assertThatThrownBy(() -> MllmFamilies.of("gpt")).isInstanceOf(InvalidInputException.class).hasMessageContaining("gpt");
    }
}
