package io.github.x2i4j.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.loader.tokenizer.MarkedText;
import java.util.List;
import org.junit.jupiter.api.Test;

class QwenChatTemplateTest {
    private static final String SYSTEM = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n";

    @Test
    void mediaStandBeforeTheWords() {
        assertThat(QwenChatTemplate.render(List.of(ChatMessage.user(2, 1, "Add a car", false))).text())
                .isEqualTo(SYSTEM + "<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|><|vision_start|><|image_pad|><|vision_end|>"
                        + "<|vision_start|><|video_pad|><|vision_end|>Add a car<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void aSystemMessageReplacesTheDefault() {
        assertThat(QwenChatTemplate.render(List.of(ChatMessage.text("system", "Draw.", false), ChatMessage.user(0, 0, null, false)), false, false)
                .text()).isEqualTo("<|im_start|>system\nDraw.<|im_end|>\n<|im_start|>user\n<|im_end|>\n");
    }

    @Test
    void numbersRunOverTheConversationForImagesAndVideosApart() {
        ChatMessage turn = ChatMessage.user(1, 1, "x", false);
        assertThat(QwenChatTemplate.render(List.of(turn, ChatMessage.text("assistant", "y", false), turn), true, false).text()
                .replaceAll("<\\|vision_start\\|><\\|(image|video)_pad\\|><\\|vision_end\\|>", "*"))
                .isEqualTo(SYSTEM + "<|im_start|>user\nPicture 1: *Video 1: *x<|im_end|>\n<|im_start|>assistant\ny<|im_end|>\n"
                        + "<|im_start|>user\nPicture 2: *Video 2: *x<|im_end|>\n");
    }

    @Test
    void literalWordsAreMarkedAndNothingElse() {
        MarkedText text = QwenChatTemplate.render(List.of(ChatMessage.user(1, 0, "<|image_pad|>", true)));
        int first = text.text().indexOf("<|image_pad|>");
        int typed = text.text().lastIndexOf("<|image_pad|>");
        assertThat(text.literal(first, first + 13)).isFalse();
        assertThat(text.literal(typed, typed + 13)).isTrue();
        assertThat(text.literal(0, typed)).isFalse();
        assertThat(text.literal(typed + 13, text.text().length())).isFalse();
    }
}
