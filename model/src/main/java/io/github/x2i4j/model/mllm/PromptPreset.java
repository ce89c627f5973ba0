package io.github.x2i4j.model.mllm;

import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.prompt.PromptStyle;

/** The ways in which X2I's code makes prompts; each is a prompt style, a padding and a picture rule, which may also be chosen one by one. */
public enum PromptPreset {
    /** The inference script of the family; where a bundle says something else, the bundle. */
    SCRIPT {
        @Override
        public PromptOptions of(PromptOptions script) {
            return script;
        }
    },
    /** The ComfyUI node, for Qwen2.5-VL: three keys, pictures of at most 50176 pixels, filled up beyond their end, never cut. */
    COMFY {
        @Override
        public PromptOptions of(PromptOptions script) {
            return script.withStyle(PromptStyle.DICT3).withImageSize(null).withMaxPixels(COMFY_PIXELS).padded(Padding.COMFY);
        }
    },
    /** The data that AlignNet for Qwen2.5-VL was trained with: three keys, padded on the left. */
    TRAINING {
        @Override
        public PromptOptions of(PromptOptions script) {
            return script.withStyle(PromptStyle.DICT3_TRAINING).padded(Padding.LEFT);
        }
    };

    /** Largest picture, in pixels, that the ComfyUI node hands on. */
    public static final long COMFY_PIXELS = 50_176;

    /** The preset's options for a system whose script makes prompts by {@code script}. */
    public abstract PromptOptions of(PromptOptions script);
}
