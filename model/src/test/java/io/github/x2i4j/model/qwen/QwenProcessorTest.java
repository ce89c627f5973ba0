package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
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
import io.github.x2i4j.model.mllm.StillVideo;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QwenProcessorTest {
    private static final PromptOptions PLAIN = new PromptOptions(0, Padding.NONE, null, SpecialTokens.INTERPRET);
    private static final String BEFORE = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n";
    private static final String AFTER = "<|im_end|>\n<|im_start|>assistant\n";

    private final QwenProcessor processor = new QwenProcessor(new LetterTokenizer("<|image_pad|>", "<|video_pad|>"),
            new QwenImageProcessor(3136, 12845056, 14, 2, 2, new float[3], new float[] {1, 1, 1}), LetterTokenizer.SPECIAL,
            LetterTokenizer.SPECIAL + 1);
    private final List<String> warnings = new ArrayList<>();

    private QwenVlInputs process(String text, PromptOptions options, RgbImage... images) {
        return processor.process(new MllmPrompt(text, List.of(images)), options, warnings::add);
    }

    private static RgbImage image(int width, int height) {
        return new RgbImage(width, height, new byte[3 * width * height]);
    }

    private static long imageTokens(QwenVlInputs in) {
        return Arrays.stream(in.ids()).filter(id -> id == LetterTokenizer.SPECIAL).count();
    }

    private static long[] ids(String text) {
        return text.chars().asLongStream().toArray();
    }

    @Test
    void aTextStandsInTheChatTemplate() {
        QwenVlInputs in = process("A cat", PLAIN);

        assertThat(in.text()).isEqualTo(BEFORE + "A cat" + AFTER);
        assertThat(in.ids()).containsExactly(ids(in.text()));
        assertThat(in.attentionMask()).containsOnly(1).hasSameSizeAs(in.ids());
        assertThat(in.images()).isEmpty();
    }

    @Test
    void eachPlaceholderGrowsToTheTokensOfItsPicture() {
        QwenVlInputs in = process("x", PLAIN, image(56, 56), image(84, 140));

        assertThat(in.images().stream().map(PixelPatches::grid)).containsExactly(new PatchGrid(1, 4, 4), new PatchGrid(1, 10, 6));
        assertThat(imageTokens(in)).isEqualTo(4 + 15);
        assertThat(in.text()).isEqualTo(BEFORE + ("<|vision_start|><|image_pad|><|vision_end|>").repeat(2) + "x" + AFTER);
    }

    @Test
    void picturesAreSquashedFirstWhereASizeIsGiven() {
        QwenVlInputs in = process(null, new PromptOptions(0, Padding.NONE, new ImageSize(128, 128), SpecialTokens.INTERPRET), image(300, 40));

        assertThat(in.images().getFirst().grid()).isEqualTo(new PatchGrid(1, 10, 10));
        assertThat(imageTokens(in)).isEqualTo(25);
    }

    @Test
    void padsFillTheAskedSide() {
        int n = BEFORE.length() + 1 + AFTER.length();
        QwenVlInputs right = process("x", PLAIN.withPadding(Padding.NONE));
        QwenVlInputs padded = process("x", new PromptOptions(n + 3, Padding.RIGHT, null, SpecialTokens.INTERPRET));
        QwenVlInputs left = process("x", new PromptOptions(n + 3, Padding.LEFT, null, SpecialTokens.INTERPRET));

        assertThat(padded.ids()).containsExactly(LongStream.concat(LongStream.of(right.ids()), LongStream.of(0, 0, 0)).toArray());
        assertThat(padded.attentionMask()).endsWith(1, 0, 0, 0).startsWith(1);
        assertThat(left.ids()).containsExactly(LongStream.concat(LongStream.of(0, 0, 0), LongStream.of(right.ids())).toArray());
        assertThat(left.attentionMask()).startsWith(0, 0, 0, 1).endsWith(1);
    }

    @Test
    void textThatIsCutIsAWarningThatNamesIt() {
        int length = BEFORE.length() + 3;
        QwenVlInputs in = process("red boat", new PromptOptions(length, Padding.RIGHT, null, SpecialTokens.INTERPRET));

        assertThat(in.ids()).hasSize(length).containsExactly(ids(BEFORE + "red"));
        assertThat(warnings).singleElement().asString().contains("cut to " + length).contains("boat");
    }

    @Test
    void theWarningStaysShortHoweverMuchIsCut() {
        process("red " + "boat ".repeat(10_000), new PromptOptions(BEFORE.length() + 3, Padding.RIGHT, null, SpecialTokens.INTERPRET));

        assertThat(warnings).singleElement().asString().contains("boat boat").endsWith("...\"").hasSizeLessThan(200);
    }

    @Test
    void aPictureThatWouldBeCutIsAnErrorThatCounts() {
        PromptOptions tight = new PromptOptions(BEFORE.length() + 40, Padding.RIGHT, null, SpecialTokens.INTERPRET);

        assertThatThrownBy(() -> process("x", tight, image(140, 140), image(84, 140))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("cut 2 pictures of 27, 17 tokens; give fewer").hasMessageContaining("--max-length").hasMessageContaining("room for " + tight.maxLength());
    }

    @Test
    void placeholdersTypedByTheUserAreRefusedOrNeutralised() {
        PromptOptions neutral = PLAIN.withSpecialTokens(SpecialTokens.NEUTRALISE);

        assertThatThrownBy(() -> process("a <|image_pad|>", PLAIN, image(56, 56))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("neutralised");
        assertThatThrownBy(() -> process("a <|placeholder|>", PLAIN, image(56, 56))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("<|placeholder|>");
        assertThat(imageTokens(process("a <|image_pad|> <|placeholder|>", neutral, image(56, 56)))).isEqualTo(4);
        assertThat(imageTokens(process("a <|image_pad|>", PLAIN))).isEqualTo(1);
    }

    @Test
    void nothingToReadAndPicturesOfAWrongShapeAreRefused() {
        assertThatThrownBy(() -> process("", PLAIN)).isInstanceOf(InvalidInputException.class).hasMessageContaining("neither");
        assertThatThrownBy(() -> process("x", PLAIN, image(20, 200))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("too small");
        assertThatThrownBy(() -> process("x", PLAIN, image(28, 28 * 201))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("too narrow");
    }

    private static MllmTurn turn(String text, String answer, RgbImage... images) {
        return new MllmTurn(new MllmPrompt(text, List.of(images)), answer);
    }

    private QwenVlInputs next(List<MllmTurn> past, String text, PromptOptions options, RgbImage... images) {
        return processor.process(past, new MllmPrompt(text, List.of(images)), options, warnings::add);
    }

    @Test
    void aDialogueHoldsAllThatWasSaidAndThePicturesOfEachTurn() {
        QwenVlInputs in = next(List.of(turn("a", "b", image(56, 56))), "c", PLAIN, image(84, 140));

        String vision = "<|vision_start|><|image_pad|><|vision_end|>";
        assertThat(in.text()).isEqualTo(BEFORE + vision + "a<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_start|>user\n" + vision
                + "c" + AFTER);
        assertThat(in.images().stream().map(PixelPatches::grid)).containsExactly(new PatchGrid(1, 4, 4), new PatchGrid(1, 10, 6));
        assertThat(imageTokens(in)).isEqualTo(4 + 15);
    }

    @Test
    void whatUsersAndModelTypeInADialogueClaimsNoPicture() {
        PromptOptions literal = PLAIN.withSpecialTokens(SpecialTokens.NEUTRALISE);
        assertThat(imageTokens(next(List.of(turn("<|image_pad|>", "<|image_pad|>", image(56, 56))), "<|image_pad|>", literal))).isEqualTo(4);
        assertThatThrownBy(() -> next(List.of(turn("a", "<|image_pad|>", image(56, 56))), "c", PLAIN)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("placeholders of pictures of its own (1)");
    }

    @Test
    void aDialogueThatIsTooLongIsRefusedAndNotCut() {
        assertThatThrownBy(() -> next(List.of(turn("a".repeat(200), "b", image(56, 56))), "c", PLAIN.withMaxLength(200)))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("has room for 200 (1 picture of 6 tokens)")
                .hasMessageContaining("take back turns");
        assertThat(warnings).isEmpty();
    }

    @Test
    void comfyFillsUpToItsLengthTimes1Point3AndNeverCuts() {
        PromptOptions comfy = new PromptOptions(8, Padding.COMFY, null, SpecialTokens.INTERPRET);
        QwenVlInputs in = process("red boat", comfy);
        int n = in.text().length();
        assertThat(in.ids()).hasSize((int) (1.3 * n)).startsWith(ids(in.text()));
        assertThat(LongStream.of(in.attentionMask()).sum()).isEqualTo(n);
        assertThat(process("red boat", comfy.withMaxLength(1000)).ids()).hasSize(1000);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aStyleSaysWhetherPicturesComeWithTheWords() {
        PromptOptions dict = PLAIN.withStyle(PromptStyle.DICT3);
        assertThat(process("it's", dict).text())
                .contains("{'Text input': \"it's\", 'Instruction editing description': '', 'image input': 'no'}");
        assertThat(process("a", dict, image(56, 56)).text()).contains("'image input': 'yes'}");
    }

    @Test
    void bareIsTheMessageWithNothingAroundIt() {
        assertThat(process("x", PLAIN.withTemplate(Template.BARE), image(56, 56)).text()).isEqualTo("<|vision_start|><|image_pad|><|vision_end|>x");
    }

    private QwenVlInputs watch(int frames, PromptOptions options) {
        return processor.process(new MllmPrompt(null, List.of(), List.of(new StillVideo(frames, 56, 56))), options, warnings::add);
    }

    @Test
    void theModelIsToldTheReferencesTimeBetweenFramesOrTheTrueOne() {
        assertThat(watch(4, PLAIN).secondsPerGrid()).containsExactly(1);
        assertThat(watch(4, PLAIN.withVideoRate(VideoRate.TRUE)).secondsPerGrid()).containsExactly(2);
    }

    @Test
    void aVideoThatDoesNotFitIsRefusedWithItsTokensBeforeItIsDecoded() {
        // small frames are enlarged to 336 x 336: 144 tokens for each pair
        assertThatThrownBy(() -> watch(8, PLAIN.withMaxLength(512))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("still.mp4 would take 576 tokens (8 frames)").hasMessageContaining("room for 512")
                .hasMessageContaining("--max-length");
    }

    @Test
    void picturesGoThroughVisionUtilsWhereALargestAreaIsSet() {
        QwenVlInputs in = process("a", PLAIN.withMaxPixels(50176), image(448, 448));

        assertThat(in.images().getFirst().grid()).isEqualTo(new PatchGrid(1, 16, 16));
        assertThat(imageTokens(in)).isEqualTo(64);
    }
}
