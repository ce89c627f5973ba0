package io.github.x2i4j.tools;

import io.github.x2i4j.loader.weights.ModelKind;
import java.nio.file.Path;
import java.util.List;

/**
 * What a newcomer does with what was inspected.
 *
 * @param commands lines to type, each another way; capital letters stand for what else they take. Where nothing runs it, what is to be
 *     said of that
 * @param needs what the capital letters stand for and where it is published, or null
 */
record Usage(List<String> commands, String needs) {
    private static final String GENERATE = "x2i generate \"TEXT\" ";
    private static final String AE = "AE: ae.safetensors, published with FLUX.1";
    private static final String FLUX = "FLUX: shuttleai/shuttle-3-diffusion or black-forest-labs/FLUX.1-schnell";
    private static final String MLLM = "MLLM: such as Qwen/Qwen2.5-VL-7B-Instruct";
    private static final String ALIGNNET = "ALIGNNET: the file for that language model of OPPOer/X2I";
    private static final String TOKENIZERS = "DIR: a folder with tokenizer and tokenizer_2 of FLUX.1";

    static Usage of(Inspection i) {
        String path = InspectionReport.shown(i.path().toString());
        return switch (i.kind()) {
            case BUNDLE -> generate(null, "--bundle " + path);
            case FLUX_PIPELINE -> generate(MLLM + "; " + ALIGNNET, "--flux " + path, "--flux " + path + " --mllm MLLM --alignnet ALIGNNET");
            case FLUX_TRANSFORMER, FLUX_SINGLE_FILE -> transformer(i, path);
            case QWEN2_5_VL, INTERNVL, MINICPM_O -> generate(ALIGNNET + "; " + FLUX, "--mllm " + path + " --alignnet ALIGNNET --flux FLUX");
            case QWEN2_5_VL_LANGUAGE -> generate("DIR: a folder with this file, its mmproj file, and the original's config.json, tokenizer and "
                    + "preprocessor_config.json; " + ALIGNNET, "--mllm DIR --alignnet ALIGNNET --flux FLUX");
            case QWEN2_5_VL_VISION -> generate("DIR: a folder with this file, the language model's GGUF file, and the original's config.json, "
                    + "tokenizer and preprocessor_config.json; " + ALIGNNET, "--mllm DIR --alignnet ALIGNNET --flux FLUX");
            case ALIGNNET -> generate("MLLM: " + TensorFacts.partner(i) + "; " + FLUX, "--mllm MLLM --alignnet " + path + " --flux FLUX");
            case VAE, VAE_SINGLE_FILE, TINY_VAE -> generate(FLUX, "--flux FLUX --vae " + path);
            case T5 -> generate("FLUX: a single file with the transformer; " + AE + "; " + TOKENIZERS,
                    "--flux FLUX --vae AE --clip CLIP --t5 " + path + " --tokenizers DIR");
            case CLIP -> generate("FLUX: a single file with the transformer; " + AE + "; " + TOKENIZERS,
                    "--flux FLUX --vae AE --clip " + path + " --t5 T5 --tokenizers DIR");
            case LIGHTCONTROL, LORA -> new Usage(List.of("nothing in this version"), null);
            case SCHEDULER, TOKENIZER, PREPROCESSOR -> new Usage(List.of("as a part of the model whose folder it lies in"), null);
            case OTHER -> other(i.path());
        };
    }

    private static Usage generate(String needs, String... options) {
        return new Usage(List.of(options).stream().map(GENERATE::concat).toList(), needs);
    }

    /** A transformer alone, or with other parts in its file, which are not to be named again. */
    private static Usage transformer(Inspection i, String path) {
        boolean vae = i.holds("vae.decoder.") || i.holds("first_stage_model.decoder.");
        boolean clip = i.holds("text_encoders.clip_l.transformer.");
        boolean t5 = i.holds("text_encoders.t5xxl.transformer.");
        String start = "--flux " + path + (vae ? "" : " --vae AE");
        return generate((vae ? "" : AE + "; ") + MLLM + "; " + ALIGNNET + "; " + TOKENIZERS, start + " --mllm MLLM --alignnet ALIGNNET",
                start + (clip ? "" : " --clip CLIP") + (t5 ? "" : " --t5 T5") + " --tokenizers DIR");
    }

    private static Usage other(Path path) {
        Path folder = path.toAbsolutePath().normalize().getParent();
        return new Usage(List.of(path.toString().endsWith(".json") && folder != null ? "x2i inspect " + InspectionReport.shown(folder.toString())
                : "nothing that x2i knows of"), null);
    }
}
