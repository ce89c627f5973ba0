package io.github.x2i4j.model.prompt;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The forms in which X2I's scripts hand the user's words to the MLLM: as they are, or as one entry of a Python dictionary
 * that is sent as {@code str(dict)}.
 */
public enum PromptStyle {
    /** The words themselves (inference with Qwen and MiniCPM). */
    RAW("raw", p -> p),
    /** Two keys (inference with InternVL); no words are {@code None}. */
    DICT2("dict2", p -> english(p, "no", null)),
    /** Three keys, no picture (ComfyUI). */
    DICT3("dict3", p -> english(p == null ? "" : p, "", "no")),
    /** Three keys, with a picture or video (ComfyUI, conversations). */
    DICT3_IMAGE("dict3-image", p -> english(p == null ? "" : p, "", "yes")),
    /** Three keys, as AlignNet's training wrote them. */
    DICT3_TRAINING("dict3-training", p -> english(p, "no", "no")),
    /** Chinese keys, the words instruct how to edit the picture (LightControl). */
    DICT3ZH_EDIT("dict3zh-edit", p -> chinese("", p)),
    /** Chinese keys, the words describe the picture (LightControl, reconstruction). */
    DICT3ZH_CAPTION("dict3zh-caption", p -> chinese(p, "")),
    /** Chinese keys, a fixed request to describe the picture in place of words (LightControl, reconstruction). */
    DICT3ZH_DESCRIBE("dict3zh-describe", p -> chinese("", "请描述这张图片"));

    private final String label;
    private final UnaryOperator<String> format;

    PromptStyle(String label, UnaryOperator<String> format) {
        this.label = label;
        this.format = format;
    }

    /** Name in options and golden cases. */
    public String label() {
        return label;
    }

    /**
     * The text to send.
     *
     * @param prompt the user's words, or null for none
     */
    public String format(String prompt) {
        return format.apply(prompt);
    }

    /** The form of this style that tells whether a picture or video comes with the words, where the style says so at all. */
    public PromptStyle with(boolean pictures) {
        return this == DICT3 && pictures ? DICT3_IMAGE : this == DICT3_IMAGE && !pictures ? DICT3 : this;
    }

    /** The style of a name. */
    public static PromptStyle of(String label) {
        return Arrays.stream(values()).filter(s -> s.label.equals(label)).findFirst()
                .orElseThrow(() -> new InvalidInputException("unknown prompt style \"" + label + "\", give one of "
                        + Arrays.stream(values()).map(PromptStyle::label).collect(Collectors.joining(", "))));
    }

    private static String english(String text, String edit, String image) {
        Map<String, String> d = new LinkedHashMap<>();
        d.put("Text input", text);
        d.put("Instruction editing description", edit);
        if (image != null) {
            d.put("image input", image);
        }
        return PythonText.dict(d);
    }

    private static String chinese(String text, String edit) {
        Map<String, String> d = new LinkedHashMap<>();
        d.put("文本描述", text);
        d.put("指令编辑描述", edit);
        d.put("图片输入", "有");
        return PythonText.dict(d);
    }
}
