package io.github.x2i4j.model.mllm;

/**
 * The ways in which X2I's code makes prompts; each is a prompt style, a template, a padding, a picture rule and a precision of rotary
 * frequencies, which may also be chosen one by one. See {@link MllmFamily#prompt}.
 */
public enum PromptPreset {
    /** The inference script of the family; where a bundle says something else, the bundle. */
    SCRIPT,
    /**
     * The ComfyUI node: three keys, pictures of at most 50176 pixels, filled up beyond their end, never cut. The node knows Qwen2.5-VL alone;
     * other families read their prompts likewise.
     */
    COMFY,
    /** The data that AlignNet was trained with. */
    TRAINING
}
