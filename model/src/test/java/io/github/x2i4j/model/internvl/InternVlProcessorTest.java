package io.github.x2i4j.model.internvl;

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
import io.github.x2i4j.model.mllm.PromptPreset;
import io.github.x2i4j.model.prompt.InternVlChatTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InternVlProcessorTest {
    private static final PromptOptions PLAIN = new PromptOptions(0, Padding.NONE, null, SpecialTokens.INTERPRET);
    private static final long CONTEXT = LetterTokenizer.SPECIAL;
    private static final long PAD = LetterTokenizer.SPECIAL + 3;
    private static final Path FOLDER = Path.of("model");

    private final InternVlProcessor processor = InternVl.processor(FOLDER, new LetterTokenizer("<IMG_CONTEXT>", "<img>", "</img>",
            "<|endoftext|>"), TinyInternVl.config());
    private final List<String> warnings = new ArrayList<>();

    private InternVlInputs process(String text, PromptOptions options, RgbImage... images) {
        return processor.process(new MllmPrompt(text, List.of(images)), options, warnings::add);
    }

    private static RgbImage image(int width, int height) {
        return new RgbImage(width, height, new byte[3 * width * height]);
    }

    private static long imageTokens(InternVlInputs in) {
        return Arrays.stream(in.prompt().ids()).filter(id -> id == CONTEXT).count();
    }

    private static String expected(String question, int tokens) {
        return InternVlChatTemplate.render(new InternVlChatTemplate.Question(question, tokens), false).text();
    }

    @Test
    void wordsAreADictionaryOfTwoKeys() {
        InternVlInputs in = process("it's", PLAIN);

        assertThat(in.text()).isEqualTo(expected("{'Text input': \"it's\", 'Instruction editing description': 'no'}", 0));
        assertThat(in.prompt().ids()).containsExactly(in.text().chars().asLongStream().toArray());
        assertThat(in.prompt().attentionMask()).containsOnly(1).hasSameSizeAs(in.prompt().ids());
        assertThat(in.image()).isNull();
    }

    @Test
    void noWordsAreNone() {
        assertThat(process(null, PLAIN, image(8, 8)).text())
                .isEqualTo(expected("{'Text input': None, 'Instruction editing description': 'no'}", 4));
    }

    @Test
    void trainingIsTheDictionaryAlone() {
        PromptOptions training = new InternVlFamily().prompt(PromptOptions.SCRIPT, PromptPreset.TRAINING);

        InternVlInputs in = process("x", training);
        assertThat(in.text()).isEqualTo("{'Text input': 'x', 'Instruction editing description': 'no', 'image input': 'no'}");
        assertThat(in.prompt().ids()).hasSize(512).endsWith(PAD);
        assertThat(process("x", PLAIN.withTemplate(Template.BARE), image(8, 8)).text())
                .isEqualTo("<img>" + "<IMG_CONTEXT>".repeat(4) + "</img>\n{'Text input': 'x', 'Instruction editing description': 'no'}");
    }

    @Test
    void comfyKeepsThePicturesShapeAndCutsNothing() {
        PromptOptions comfy = new InternVlFamily().prompt(PromptOptions.SCRIPT, PromptPreset.COMFY);

        InternVlInputs in = process("x", comfy, image(448, 112));
        assertThat(in.image().count()).isEqualTo(5);
        assertThat(in.text()).contains("{'Text input': 'x', 'Instruction editing description': '', 'image input': 'yes'}");
        assertThat(process("x".repeat(1000), comfy).prompt().ids().length).isGreaterThan(1300);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aDialogueHoldsThePictureOfEachTurn() {
        MllmTurn before = new MllmTurn(new MllmPrompt("a", List.of(image(8, 8))), "b");
        InternVlInputs in = processor.process(List.of(before), new MllmPrompt("c", List.of(image(12, 4))), PLAIN, warnings::add);

        assertThat(in.text()).contains("'a', 'Instruction editing description': 'no'}<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n");
        assertThat(in.image().count()).isEqualTo(5);
        assertThat(imageTokens(in)).isEqualTo(20);
        assertThatThrownBy(() -> processor.process(List.of(before), new MllmPrompt("c", List.of()), PLAIN.withMaxLength(100), warnings::add))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("1 picture of 6 tokens").hasMessageContaining("take back turns");
    }

    @Test
    void aSquashedPictureIsOneTile() {
        InternVlInputs in = process("x", new PromptOptions(0, Padding.NONE, new ImageSize(8, 8), SpecialTokens.INTERPRET), image(12, 4));

        assertThat(in.image().count()).isEqualTo(1);
        assertThat(imageTokens(in)).isEqualTo(4);
    }

    @Test
    void aPictureInItsOwnSizeIsCutIntoTilesAndAThumbnail() {
        InternVlInputs in = process("x", PLAIN, image(12, 4));

        assertThat(in.image().count()).isEqualTo(4);
        assertThat(imageTokens(in)).isEqualTo(16);
    }

    @Test
    void padsAreTheEndOfTextTokenOnTheAskedSide() {
        int n = process("x", PLAIN).prompt().ids().length;

        InternVlInputs right = process("x", new PromptOptions(n + 2, Padding.RIGHT, null, SpecialTokens.INTERPRET));
        InternVlInputs left = process("x", new PromptOptions(n + 2, Padding.LEFT, null, SpecialTokens.INTERPRET));

        assertThat(right.prompt().ids()).hasSize(n + 2).endsWith('\n', PAD, PAD);
        assertThat(right.prompt().attentionMask()).endsWith(1, 0, 0);
        assertThat(left.prompt().ids()).startsWith(PAD, PAD, '<');
        assertThat(left.prompt().attentionMask()).startsWith(0, 0, 1);
    }

    @Test
    void textThatIsCutIsAWarningThatNamesIt() {
        int n = process("red boat", PLAIN).prompt().ids().length;

        InternVlInputs in = process("red boat", new PromptOptions(n - 5, Padding.RIGHT, null, SpecialTokens.INTERPRET));

        assertThat(in.prompt().ids()).hasSize(n - 5);
        assertThat(warnings).singleElement().asString().contains(n + " tokens").contains("cut to " + (n - 5)).contains("tant");
    }

    @Test
    void aPictureThatWouldBeCutIsAnErrorThatCountsItsTiles() {
        PromptOptions tight = new PromptOptions(120, Padding.RIGHT, null, SpecialTokens.INTERPRET);

        assertThatThrownBy(() -> process(null, tight, image(120, 8))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("1 picture of 54 tokens; squash pictures").hasMessageContaining("room for 120");
    }

    @Test
    void placeholdersTypedByTheUserAreRefusedOrNeutralised() {
        PromptOptions neutral = PLAIN.withSpecialTokens(SpecialTokens.NEUTRALISE);

        assertThatThrownBy(() -> process("a <IMG_CONTEXT>", PLAIN, image(8, 8))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("(1)").hasMessageContaining("neutralised");
        InternVlInputs in = process("a <IMG_CONTEXT> <image>", neutral, image(8, 8));
        assertThat(imageTokens(in)).isEqualTo(4);
        assertThat(in.text()).contains("</img>\n{'Text input': 'a <IMG_CONTEXT> <image>'");
        assertThat(process("a <image> b", PLAIN, image(8, 8)).text()).contains("'a <img><IMG_CONTEXT>");
    }

    @Test
    void severalPicturesAndNothingAtAllAreRefused() {
        assertThatThrownBy(() -> process("x", PLAIN, image(8, 8), image(8, 8))).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("one picture, and 2");
        assertThatThrownBy(() -> process("", PLAIN)).isInstanceOf(InvalidInputException.class).hasMessageContaining("neither");
    }

    @Test
    void aTokenizerWithoutTheTemplatesTokensIsRefused() {
        assertThatThrownBy(() -> InternVl.processor(FOLDER, new LetterTokenizer("<IMG_CONTEXT>", "<img>", "<|endoftext|>"),
                TinyInternVl.config())).isInstanceOf(InvalidInputException.class).hasMessageContaining("model").hasMessageContaining("</img>");
    }
}
