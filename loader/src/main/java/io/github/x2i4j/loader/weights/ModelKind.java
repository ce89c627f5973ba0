package io.github.x2i4j.loader.weights;

import java.nio.file.Path;

/** What a folder or file is: the systems that this project knows, whole or in parts. */
public enum ModelKind {
    BUNDLE("an X2I bundle"),
    FLUX_PIPELINE("a FLUX pipeline folder"),
    FLUX_TRANSFORMER("a FLUX transformer in the diffusers layout"),
    FLUX_SINGLE_FILE("a FLUX transformer with the tensor names of the original release"),
    QWEN2_5_VL("a Qwen2.5-VL model"),
    QWEN2_5_VL_LANGUAGE("the language model of a Qwen2.5-VL alone (put it in one folder with its mmproj file and the small files of the original model: config, tokenizer, preprocessor)"),
    QWEN2_5_VL_VISION("the vision tower of a Qwen2.5-VL alone (put it in one folder with its language model and the small files of the original model: config, tokenizer, preprocessor)"),
    INTERNVL("an InternVL model"),
    MINICPM_O("a MiniCPM-o model"),
    ALIGNNET("an AlignNet state dict"),
    LIGHTCONTROL("a LightControl state dict"),
    LORA("a LoRA"),
    VAE("a VAE (AutoencoderKL)"),
    VAE_SINGLE_FILE("a VAE with the tensor names of the original release"),
    TINY_VAE("a small VAE (AutoencoderTiny)"),
    T5("a T5 text encoder"),
    CLIP("a CLIP text encoder"),
    SCHEDULER("a scheduler folder"),
    TOKENIZER("a tokenizer"),
    PREPROCESSOR("a preprocessor folder"),
    OTHER("something else");

    private final String description;

    ModelKind(String description) {
        this.description = description;
    }

    /** Such as {@code a FLUX pipeline folder}. */
    public String description() {
        return description;
    }

    /**
     * Tells what {@code path} is, from its configuration files and, where there are none, from the names of its tensors.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if it does not exist or its configuration or weights are damaged
     */
    public static ModelKind detect(Path path) {
        return Identity.of(path).kind();
    }

    /**
     * Tells what {@code path} is and refuses it if it is none of {@code accepted}.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException saying what it is and what was expected
     */
    public static ModelKind require(Path path, ModelKind... accepted) {
        return Identity.of(path).require(accepted).kind();
    }
}
