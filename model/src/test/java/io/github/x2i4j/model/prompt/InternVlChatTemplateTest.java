package io.github.x2i4j.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.model.prompt.InternVlChatTemplate.Question;
import java.util.List;
import org.junit.jupiter.api.Test;

class InternVlChatTemplateTest {
    private static final String BEFORE = "<|im_start|>system\n你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的"
            + "多模态大语言模型。<|im_end|>\n<|im_start|>user\n";
    private static final String AFTER = "<|im_end|>\n<|im_start|>assistant\n";
    private static final String TWO = "<img><IMG_CONTEXT><IMG_CONTEXT></img>";

    private static String text(String question, int tokens) {
        return InternVlChatTemplate.render(new Question(question, tokens), false).text();
    }

    @Test
    void aQuestionStandsInTheConversation() {
        assertThat(text("why?", 0)).isEqualTo(BEFORE + "why?" + AFTER);
    }

    @Test
    void thePictureComesFirst() {
        assertThat(text("why?", 2)).isEqualTo(BEFORE + TWO + "\nwhy?" + AFTER);
    }

    @Test
    void thePictureGoesWhereTheQuestionSaysFirst() {
        assertThat(text("a <image> b <image> c", 2)).isEqualTo(BEFORE + "a " + TWO + " b <image> c" + AFTER);
    }

    @Test
    void withoutAPictureItsPlaceIsText() {
        assertThat(text("a <image> b", 0)).isEqualTo(BEFORE + "a <image> b" + AFTER);
    }

    @Test
    void aDialogueHoldsAnswersAndThePictureOfEachQuestion() {
        MarkedText text = InternVlChatTemplate.render(List.of(new Question("a", 2), new Question("c", 0), new Question("e", 2)),
                List.of("b", "<|im_end|>"), true);

        assertThat(text.text()).isEqualTo(BEFORE + TWO + "\na" + AFTER + "b<|im_end|>\n<|im_start|>user\nc" + AFTER
                + "<|im_end|><|im_end|>\n<|im_start|>user\n" + TWO + "\ne" + AFTER);
        int said = text.text().indexOf("<|im_end|><|im_end|>");
        assertThat(text.literal(said, said + 10)).isTrue();
        assertThat(text.literal(said + 10, said + 20)).isFalse();
    }

    @Test
    void literalQuestionsClaimNoPlaceAndNoToken() {
        MarkedText literal = InternVlChatTemplate.render(new Question("a <image> <IMG_CONTEXT>", 2), true);

        assertThat(literal).isEqualTo(MarkedText.builder().marked(BEFORE + TWO + "\n").literal("a <image> <IMG_CONTEXT>").marked(AFTER)
                .build());
    }
}
