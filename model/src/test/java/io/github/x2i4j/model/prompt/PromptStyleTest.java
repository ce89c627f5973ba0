package io.github.x2i4j.model.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import org.junit.jupiter.api.Test;

class PromptStyleTest {
    @Test
    void eachStyleWritesItsDictionary() {
        assertThat(PromptStyle.of("raw").format("it's")).isEqualTo("it's");
        assertThat(PromptStyle.of("dict2").format("a")).isEqualTo("{'Text input': 'a', 'Instruction editing description': 'no'}");
        assertThat(PromptStyle.of("dict3").format("a"))
                .isEqualTo("{'Text input': 'a', 'Instruction editing description': '', 'image input': 'no'}");
        assertThat(PromptStyle.of("dict3-image").format("a"))
                .isEqualTo("{'Text input': 'a', 'Instruction editing description': '', 'image input': 'yes'}");
        assertThat(PromptStyle.of("dict3-training").format("a"))
                .isEqualTo("{'Text input': 'a', 'Instruction editing description': 'no', 'image input': 'no'}");
        assertThat(PromptStyle.of("dict3zh-edit").format("a")).isEqualTo("{'文本描述': '', '指令编辑描述': 'a', '图片输入': '有'}");
        assertThat(PromptStyle.of("dict3zh-caption").format("a")).isEqualTo("{'文本描述': 'a', '指令编辑描述': '', '图片输入': '有'}");
        assertThat(PromptStyle.of("dict3zh-describe").format("a"))
                .isEqualTo("{'文本描述': '', '指令编辑描述': '请描述这张图片', '图片输入': '有'}");
    }

    @Test
    void noWordsAreNoneForInternVlAndEmptyForComfy() {
        assertThat(PromptStyle.DICT2.format(null)).isEqualTo("{'Text input': None, 'Instruction editing description': 'no'}");
        assertThat(PromptStyle.DICT3_IMAGE.format(null)).startsWith("{'Text input': '', ");
    }

    @Test
    void anUnknownStyleListsTheKnown() {
        assertThatThrownBy(() -> PromptStyle.of("dict9")).isInstanceOf(InvalidInputException.class).hasMessageContaining("dict9")
                .hasMessageContaining("raw, dict2, dict3");
    }
}
