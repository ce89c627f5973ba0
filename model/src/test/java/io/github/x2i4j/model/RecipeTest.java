package io.github.x2i4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.PngTexts;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.X2iPrompt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipeTest {
    private static final EngineInfo ENGINE = new EngineInfo("cpu", "vector", 256, null, Precision.F32, 2, List.of(), "a processor", List.of());
    private static final PromptOptions OPTIONS = new PromptOptions(64, PromptOptions.Padding.RIGHT,
            new PromptOptions.ImageSize(128, 96), PromptOptions.SpecialTokens.NEUTRALISE);
    private static final Bundle BUNDLE = new Bundle("small", "qwen2_5_vl", Path.of("/home/me/mllm"), Path.of("/home/me/align.bin"),
            AlignNetSettings.FROM_FILE, Path.of("/home/me/flux"), null, OPTIONS, Bundle.Defaults.SCRIPT);
    private static final DrawOptions DRAW = DrawOptions.of(16, 32, 4, 3.5).withSeed(-7);
    private static final Picture PICTURE = new Picture(32, 16, new float[3 * 32 * 16], new float[8], 2);

    private static Recipe recipe(HiddenRows rows) {
        RgbImage image = new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6});
        X2iPrompt prompt = new X2iPrompt(new MllmPrompt("一只 \"猫\"", List.of(image)), OPTIONS, rows, 12, true);
        return Recipe.ofX2i(ENGINE, BUNDLE, prompt, List.of(SourceImage.of("cat.png", image)), List.of(),
                List.of(new SourceAudio("bird.wav", "abc", new float[1])), DRAW, PICTURE,
                rows == HiddenRows.PROMPT ? null : "a cat");
    }

    private static JsonNode json(Recipe recipe) throws IOException {
        return new ObjectMapper().readTree(recipe.toJson());
    }

    @Test
    void itHoldsWhatMakesThePictureAgain() throws IOException {
        JsonNode o = json(recipe(HiddenRows.ANSWER));
        assertThat(o.path("prompt").textValue()).isEqualTo("一只 \"猫\"");
        assertThat(json(recipe(HiddenRows.PROMPT)).at("/audios/0/name").asText()).isEqualTo("bird.wav");
        assertThat(o.path("seed").longValue()).isEqualTo(-7);
        assertThat(o.path("steps").intValue()).isEqualTo(4);
        assertThat(o.path("guidance").doubleValue()).isEqualTo(3.5);
        assertThat(o.path("width").intValue()).isEqualTo(32);
        assertThat(o.path("height").intValue()).isEqualTo(16);
        assertThat(o.path("kernels").textValue()).isEqualTo("vector 256");
        assertThat(o.path("version").textValue()).isNotEmpty();
        assertThat(o.path("models").path("alignnet").textValue()).isEqualTo("align.bin");
        assertThat(o.path("images").get(0).path("name").textValue()).isEqualTo("cat.png");
        assertThat(o.path("images").get(0).path("sha256").textValue())
                .as("of the bytes 1 to 6").isEqualTo("7192385c3c0605de55bb9476ce1d90748190ecb32a8eed7f5207b30cf6a1fe89");
        assertThat(o.path("image_size").toString()).isEqualTo("[128,96]");
        assertThat(o.path("drawn_from").textValue()).isEqualTo("answer");
        assertThat(o.path("max_new_tokens").intValue()).isEqualTo(12);
        assertThat(o.path("answer_from_padded").booleanValue()).isTrue();
        assertThat(o.path("answer").textValue()).isEqualTo("a cat");
    }

    @Test
    void anAnswerIsOnlyThereWhereOneWasAskedFor() throws IOException {
        assertThat(json(recipe(HiddenRows.PROMPT)).has("max_new_tokens")).isFalse();
    }

    @Test
    void noFolderOfTheUserTravelsWithThePicture() {
        assertThat(recipe(HiddenRows.ANSWER).toJson()).doesNotContain("home").doesNotContain("/");
    }

    @Test
    void plainFluxHasItsOwnWords() throws IOException {
        FluxPrompt prompt = new FluxPrompt("a harbour", null, "people", 256);
        JsonNode o = json(Recipe.ofFlux(ENGINE, new FluxParts(Path.of("FLUX.1-dev"), Map.of()), prompt, null, DRAW.withTrueCfgScale(4), PICTURE));
        assertThat(o.path("models").path("flux").textValue()).isEqualTo("FLUX.1-dev");
        assertThat(o.path("negative_prompt").textValue()).isEqualTo("people");
        assertThat(o.path("true_cfg_scale").doubleValue()).isEqualTo(4);
        assertThat(o.path("max_sequence_length").intValue()).isEqualTo(256);
        assertThat(o.has("strength")).as("no picture to begin with").isFalse();
    }

    @Test
    void aPngFileHoldsPictureAndRecipe(@TempDir Path temp) throws IOException {
        byte[] rgb = new byte[3 * 5 * 4];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (37 * i);
        }
        X2iPicture picture = new X2iPicture(new RgbImage(5, 4, rgb), recipe(HiddenRows.PROMPT));
        Path file = temp.resolve("p.png");
        Files.write(file, picture.toPng());
        assertThat(ImageDecoder.decode(file).rgb()).containsExactly(rgb);
        assertThat(PngTexts.read(file)).containsEntry(Recipe.PNG_KEYWORD, picture.recipe().toJson())
                .containsEntry("Description", "一只 \"猫\"").containsKey("Software");
        assertThat(picture.toBufferedImage().getRGB(1, 0) & 0xFFFFFF)
                .isEqualTo((rgb[3] & 0xFF) << 16 | (rgb[4] & 0xFF) << 8 | rgb[5] & 0xFF);
        assertThat(picture.toBufferedImage().getRGB(4, 3) & 0xFF).isEqualTo(rgb[59] & 0xFF);
    }

    @Test
    void aSourceThatIsNoPictureIsNamed(@TempDir Path temp) throws IOException {
        Path text = temp.resolve("notes.txt");
        Files.writeString(text, "hello");
        assertThatThrownBy(() -> SourceImage.read(text)).isInstanceOf(InvalidInputException.class).hasMessageContaining("notes.txt");
        assertThatThrownBy(() -> SourceImage.read(temp.resolve("gone.png"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("gone.png").hasMessageContaining("does not exist");
        assertThatThrownBy(() -> SourceImage.read(temp)).isInstanceOf(InvalidInputException.class).hasMessageContaining("folder");
    }

    @Test
    void aRequestWithNothingToDrawFromIsRefused() {
        assertThatThrownBy(() -> X2iPrompt.of(new MllmPrompt(" \n", List.of()), OPTIONS)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("neither text, picture, video nor sound");
        assertThatThrownBy(() -> X2iRequest.builder().count(0).build()).isInstanceOf(InvalidInputException.class);
    }
}
