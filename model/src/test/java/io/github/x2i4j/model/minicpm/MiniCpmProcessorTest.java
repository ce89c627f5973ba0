package io.github.x2i4j.model.minicpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.LetterTokenizer;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptOptions.VideoRate;
import io.github.x2i4j.model.mllm.PromptPreset;
import io.github.x2i4j.model.mllm.StillVideo;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiniCpmProcessorTest {
    private static final PromptOptions PLAIN = MiniCpmFamily.SCRIPT_PROMPT.withSpecialTokens(SpecialTokens.INTERPRET);
    private static final PromptOptions NEUTRAL = MiniCpmFamily.SCRIPT_PROMPT;
    private static final String[] TOKENS = {"<unk>", "<|endoftext|>", "<image>", "</image>", "<slice>", "</slice>", "<|audio_start|>",
        "<|audio_end|>"};
    private static final String HEAD = "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n"
            + "<|im_start|>user\n";
    private static final String TAIL = "<|im_end|>\n<|im_start|>assistant\n";
    private static final float[] HALF = {0.5f, 0.5f, 0.5f};
    private static final Path FOLDER = Path.of("model");

    private final LetterTokenizer tokenizer = new LetterTokenizer(TOKENS);
    private final MiniCpmProcessor processor = new MiniCpmProcessor(tokenizer, new MiniCpmImageProcessor(8, 2, 3, HALF, HALF),
            MarkIds.of(FOLDER.toString(), tokenizer));
    private final List<String> warnings = new ArrayList<>();

    @TempDir
    private Path temp;

    private MiniCpmInputs process(String text, PromptOptions options, RgbImage... images) {
        return processor.process(new MllmPrompt(text, List.of(images)), options, warnings::add);
    }

    private static RgbImage image(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) i;
        }
        return new RgbImage(width, height, rgb);
    }

    @Test
    void wordsStandAsTheyAreAndNothingIsPadded() {
        MiniCpmInputs in = process("it's", PLAIN);

        assertThat(in.text()).isEqualTo(HEAD + "it's" + TAIL);
        assertThat(in.prompt().ids()).containsExactly(in.text().chars().asLongStream().toArray());
        assertThat(in.images()).isEmpty();
    }

    @Test
    void picturesComeFirstEachOnALineOfItsOwn() {
        MiniCpmInputs in = process("x", PLAIN, image(8, 8), image(16, 4));

        String picture = "<image><unk><unk><unk></image>\n";
        assertThat(in.text()).isEqualTo(HEAD + picture + picture + "x" + TAIL);
        assertThat(process(null, PLAIN, image(8, 8)).text()).isEqualTo(HEAD + picture + TAIL);
        assertThat(in.images()).extracting(PixelPatches::grid).containsExactly(new PatchGrid(4, 4), new PatchGrid(2, 8));
        long first = HEAD.length() + 1;
        assertThat(in.imageBounds()).containsExactly(new TokenBounds(first, first + 3), new TokenBounds(first + 6, first + 9));
        assertThat(Arrays.copyOfRange(in.prompt().ids(), (int) first, (int) first + 3)).containsOnly(LetterTokenizer.SPECIAL);
    }

    private MiniCpmInputs hear(String text, PromptOptions options, float[]... sounds) {
        return processor.process(new MllmPrompt(text, List.of(), List.of(), List.of(sounds)), options, warnings::add);
    }

    @Test
    void soundsStandAfterThePicturesInGroupsOfASecond() {
        MiniCpmInputs in = hear("x", PLAIN, new float[16_640], new float[320], new float[640]);

        String second = "<|audio_start|>" + "<unk>".repeat(25) + "<|audio_end|>";
        String single = "<|audio_start|><unk><|audio_end|>";
        assertThat(in.text()).isEqualTo(HEAD + second + single + "\n\n" + single + "\nx" + TAIL);
        long first = HEAD.length() + 1;
        assertThat(in.audioBounds()).containsExactly(new TokenBounds(first, first + 25), new TokenBounds(first + 27, first + 28),
                new TokenBounds(first + 32, first + 33));
        assertThat(in.sounds().lengths()).containsExactly(104, 2, 4);
        assertThat(process("x", PLAIN).sounds()).isNull();
    }

    @Test
    void aSoundThatIsTooLongIsAnErrorThatCountsItsTokens() {
        assertThatThrownBy(() -> hear("x", PLAIN.withMaxLength(HEAD.length() + 30), new float[32_000])).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("1 sound of 50 tokens; give fewer or shorter");
    }

    @Test
    void marksOfSoundsTypedByTheUserAreRefusedOrNeutralised() {
        String typed = "<|audio_start|><unk><|audio_end|>";

        assertThatThrownBy(() -> hear(typed, PLAIN, new float[640])).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("neutralised");
        assertThat(hear(typed, NEUTRAL, new float[640]).audioBounds()).hasSize(1);
    }

    @Test
    void slicesStandRowByRowBesideTheWhole() {
        MiniCpmInputs in = process("x", PLAIN.withMaxSlices(4), image(16, 16), image(8, 8));

        String slice = "<slice><unk><unk><unk></slice>";
        String whole = "<image><unk><unk><unk></image>";
        assertThat(in.text()).isEqualTo(HEAD + whole + slice + slice + "\n" + slice + slice + "\n" + whole + "\nx" + TAIL);
        assertThat(in.images()).extracting(PixelPatches::grid).hasSize(6).containsOnly(new PatchGrid(4, 4));
        assertThat(in.imageBounds()).hasSize(6);
        // in slices the picture has its own size: the first pixel of each is a pixel of the picture
        int[] corners = {0, 8, 8 * 16, 8 * 16 + 8};
        for (int i = 0; i < corners.length; i++) {
            assertThat(in.images().get(1 + i).values()[0]).isEqualTo(v(3 * corners[i] & 0xFF));
        }
        assertThat(in.images().get(5).values()).containsExactly(process("x", PLAIN, image(8, 8)).images().getFirst().values());
    }

    @Test
    void slicesThatDoNotFitAreToldWithTheOptionThatMakesFewer() {
        assertThatThrownBy(() -> process(null, PLAIN.withMaxSlices(4).withMaxLength(HEAD.length() + 9), image(16, 16)))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("1 picture of 27 tokens").hasMessageContaining("--max-slices");
    }

    @Test
    void framesOfAVideoAreSlicedLikePictures() {
        MllmPrompt clip = new MllmPrompt(null, List.of(), List.of(new StillVideo(2, 16, 8)));

        MiniCpmInputs in = processor.process(clip, PLAIN.withMaxSlices(2), warnings::add);
        assertThat(in.images()).hasSize(6);
        assertThat(in.imageBounds()).hasSize(6);
    }

    @Test
    void aDialogueHoldsTheMediaOfEachTurn() {
        MllmTurn before = new MllmTurn(new MllmPrompt("a", List.of(image(8, 8))), "<image>");
        MiniCpmInputs in = processor.process(List.of(before), new MllmPrompt("c", List.of(image(16, 4))), NEUTRAL, warnings::add);

        String picture = "<image><unk><unk><unk></image>\n";
        assertThat(in.text()).isEqualTo(HEAD + picture + "a" + TAIL + "<image><|im_end|>\n<|im_start|>user\n" + picture + "c" + TAIL);
        assertThat(in.images()).extracting(PixelPatches::grid).containsExactly(new PatchGrid(4, 4), new PatchGrid(2, 8));
        assertThat(in.imageBounds()).hasSize(2);
        assertThatThrownBy(() -> processor.process(List.of(before), new MllmPrompt("c", List.of()), NEUTRAL.withMaxLength(50), warnings::add))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("take back turns");
    }

    @Test
    void patchesAreCutRowByRowChannelsFirst() {
        PixelPatches p = new MiniCpmImageProcessor(4, 2, 3, HALF, HALF).patches(image(4, 4));

        assertThat(p.grid()).isEqualTo(new PatchGrid(2, 2));
        assertThat(p.values()).hasSize(3 * 2 * 2 * 4);
        // red of the first pixel row: patches (0, 0) and (0, 1), then the third row: patches (1, 0) and (1, 1)
        assertThat(Arrays.copyOf(p.values(), 8)).containsExactly(v(0), v(3), v(6), v(9), v(24), v(27), v(30), v(33));
        assertThat(p.values()[8]).isEqualTo(v(12));
        assertThat(p.values()[16]).isEqualTo(v(1));
    }

    private static float v(int p) {
        return (p / 255f - 0.5f) / 0.5f;
    }

    @Test
    void aSquashedPictureLosesItsShape() {
        assertThat(process("x", PLAIN.withImageSize(new ImageSize(8, 8)), image(16, 4)).images().getFirst().grid())
                .isEqualTo(new PatchGrid(4, 4));
    }

    @Test
    void picturesGoThroughVisionUtilsWhereALargestAreaIsSet() {
        // 100 x 10 becomes 112 x 28, which changes its shape
        assertThat(process("x", PLAIN, image(100, 10)).images().getFirst().grid()).isEqualTo(new PatchGrid(1, 10));
        assertThat(process("x", PLAIN.withMaxPixels(50_176), image(100, 10)).images().getFirst().grid()).isEqualTo(new PatchGrid(2, 8));
    }

    @Test
    void bareIsTheMessageWithNothingAroundIt() {
        assertThat(process("x", PLAIN.withTemplate(Template.BARE), image(8, 8)).text()).isEqualTo("<image><unk><unk><unk></image>\nx");
        assertThat(process("<image>", NEUTRAL.withTemplate(Template.BARE), image(8, 8)).imageBounds()).hasSize(1);
    }

    @Test
    void comfySaysThatAPictureComesWithTheWordsAndFillsUp() {
        MiniCpmInputs in = process("x", new MiniCpmFamily().prompt(MiniCpmFamily.SCRIPT_PROMPT, PromptPreset.COMFY), image(8, 8));

        assertThat(in.text()).contains("{'Text input': 'x', 'Instruction editing description': '', 'image input': 'yes'}");
        assertThat(in.prompt().ids()).hasSize(512);
    }

    @Test
    void trainingPadsWithTheEndOfTextToken() {
        int n = process("x", PLAIN).prompt().ids().length;

        MiniCpmInputs in = process("x", PLAIN.withMaxLength(n + 2).withPadding(Padding.RIGHT));

        assertThat(in.prompt().ids()).hasSize(n + 2).endsWith('\n', LetterTokenizer.SPECIAL + 1, LetterTokenizer.SPECIAL + 1);
        assertThat(process("x", PLAIN.withStyle(PromptStyle.DICT3_TRAINING)).text()).contains("user\n{'Text input': 'x'");
    }

    @Test
    void textThatIsCutIsAWarningAPictureAnError() {
        int n = process("red boat", PLAIN).prompt().ids().length;

        assertThat(process("red boat", PLAIN.withMaxLength(n - 5)).prompt().ids()).hasSize(n - 5);
        assertThat(warnings).singleElement().asString().contains("cut to " + (n - 5));
        assertThatThrownBy(() -> process(null, PLAIN.withMaxLength(HEAD.length() + 3), image(8, 8), image(8, 8)))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("2 pictures of 6 tokens");
    }

    @Test
    void marksTypedByTheUserAreRefusedOrNeutralised() {
        for (String typed : List.of("<image><unk></image>", "<image>", "</slice>", "<slice><unk><unk><unk></slice>")) {
            assertThatThrownBy(() -> process(typed, PLAIN, image(8, 8))).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("neutralised");
            assertThat(process(typed, NEUTRAL, image(8, 8)).imageBounds()).hasSize(1);
        }
        for (String typed : List.of("(<image>./</image>)", "a (<audio>./</audio>)")) {
            assertThatThrownBy(() -> process(typed, PLAIN)).isInstanceOf(InvalidInputException.class).hasMessageContaining("claims");
            assertThat(process(typed, NEUTRAL).text()).isEqualTo(HEAD + typed + TAIL);
        }
    }

    @Test
    void nothingToReadAndAnotherFamilysOptionsAreRefused() {
        assertThatThrownBy(() -> process("", PLAIN)).isInstanceOf(InvalidInputException.class).hasMessageContaining("neither");
        assertThatThrownBy(() -> process("x", PLAIN.withVideoRate(VideoRate.TRUE))).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("--video-rate");
    }

    @Test
    void aTokenizerWithoutTheMarksIsRefused() {
        assertThatThrownBy(() -> MarkIds.of(FOLDER.toString(), new LetterTokenizer("<unk>", "<|endoftext|>", "<image>")))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("model").hasMessageContaining("<slice>");
    }

    @Test
    void preprocessorConfigIsReadAndMustFitTheModel() throws IOException {
        Path file = temp.resolve("preprocessor_config.json");
        Files.writeString(file, "{\"scale_resolution\": 8, \"patch_size\": 2, \"image_feature_size\": 3, \"norm_mean\": [0.5, 0.5, 0.5], "
                + "\"norm_std\": [0.5, 0.5, 0.5]}");
        MiniCpmImageProcessor.read(temp).check(TinyMiniCpm.config(), temp);

        Files.writeString(file, Files.readString(file).replace("size\": 3", "size\": 4"));
        assertThatThrownBy(() -> MiniCpmImageProcessor.read(temp).check(TinyMiniCpm.config(), temp))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("image_feature_size 4");
        Files.writeString(file, Files.readString(file).replace("\"norm_mean\": [0.5, ", "\"norm_mean\": ["));
        assertThatThrownBy(() -> MiniCpmImageProcessor.read(temp)).isInstanceOf(InvalidInputException.class).hasMessageContaining("norm_mean");
        Files.writeString(file, "{\"scale_resolution\": 2000000000, \"norm_mean\": [0, 0, 0], \"norm_std\": [1, 1, 1]}");
        assertThatThrownBy(() -> MiniCpmImageProcessor.read(temp)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("scale_resolution");
    }
}
