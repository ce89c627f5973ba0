package io.github.x2i4j.tools.make;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.align.AlignNet;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.internvl.InternVlModel;
import io.github.x2i4j.model.minicpm.MiniCpmModel;
import io.github.x2i4j.model.qwen.QwenVlModel;
import io.github.x2i4j.model.text.ClipTextEncoder;
import io.github.x2i4j.model.text.T5Encoder;
import io.github.x2i4j.model.vae.AutoencoderKl;
import io.github.x2i4j.model.vae.AutoencoderTiny;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Networks that {@link RandomWeights} can make, with the sizes of the published models. */
public enum Architecture {
    FLUX_DEV("flux-dev", "FLUX.1-dev's transformer", Family.FLUX),
    FLUX_SCHNELL("flux-schnell", "FLUX.1-schnell's transformer", Family.FLUX),
    VAE("vae", "FLUX's autoencoder", Family.VAE),
    TAEF1("taef1", "the small autoencoder TAEF1", Family.TINY_VAE),
    T5("t5", "FLUX's T5 text encoder", Family.T5),
    CLIP("clip", "FLUX's CLIP text encoder", Family.CLIP),
    QWEN2_5_VL_3B("qwen2.5-vl-3b", "Qwen2.5-VL-3B-Instruct", Family.QWEN),
    QWEN2_5_VL_7B("qwen2.5-vl-7b", "Qwen2.5-VL-7B-Instruct", Family.QWEN),
    INTERNVL2_5_1B("internvl2.5-1b", "InternVL2_5-1B", Family.INTERNVL),
    INTERNVL2_5_4B("internvl2.5-4b", "InternVL2_5-4B", Family.INTERNVL),
    MINICPM_O_2_6("minicpm-o-2.6", "MiniCPM-o-2_6", Family.MINICPM),
    ALIGNNET_3B("alignnet-qwen2.5-vl-3b", "AlignNet for Qwen2.5-VL-3B", Family.ALIGNNET),
    ALIGNNET_7B("alignnet-qwen2.5-vl-7b", "AlignNet for Qwen2.5-VL-7B", Family.ALIGNNET),
    ALIGNNET_INTERNVL_1B("alignnet-internvl2.5-1b", "AlignNet for InternVL2_5-1B", Family.ALIGNNET),
    ALIGNNET_INTERNVL_4B("alignnet-internvl2.5-4b", "AlignNet for InternVL2_5-4B", Family.ALIGNNET),
    ALIGNNET_MINICPM("alignnet-minicpm-o-2.6", "AlignNet for MiniCPM-o-2_6", Family.ALIGNNET);

    /** What architectures of one kind have in common. */
    enum Family {
        FLUX("diffusion_pytorch_model", "", FluxTransformer::of),
        VAE("diffusion_pytorch_model", "", AutoencoderKl::of),
        TINY_VAE("diffusion_pytorch_model", "", AutoencoderTiny::of),
        T5("model", "", T5Encoder::of),
        CLIP("model", "text_model.", ClipTextEncoder::of),
        QWEN("model", "", QwenVlModel::bind),
        INTERNVL("model", "", InternVlModel::bind),
        MINICPM("model", "", MiniCpmModel::bind),
        ALIGNNET("diffusion_pytorch_model", "", (w, c) -> AlignNet.of(w, AlignNetSettings.FROM_FILE));

        private final String stem;
        private final String storedPrefix;
        private final BiConsumer<Weights, Config> bind;

        Family(String stem, String storedPrefix, BiConsumer<Weights, Config> bind) {
            this.stem = stem;
            this.storedPrefix = storedPrefix;
            this.bind = bind;
        }

        /** Name of the weight file, without ending. */
        String stem() {
            return stem;
        }

        /** Whether a config.json belongs to the weights: all but AlignNet's sizes follow from one. */
        boolean hasConfig() {
            return this != ALIGNNET;
        }
    }

    private final String label;
    private final String description;
    private final Family family;

    Architecture(String label, String description, Family family) {
        this.label = label;
        this.description = description;
        this.family = family;
    }

    /**
     * The architecture of a name such as {@code flux-dev}.
     *
     * @throws InvalidInputException if there is none, naming all
     */
    public static Architecture of(String label) {
        return Arrays.stream(values()).filter(a -> a.label.equals(label)).findFirst().orElseThrow(() -> new InvalidInputException(
                "there is no architecture " + label + "; there are "
                        + Arrays.stream(values()).map(Architecture::label).collect(Collectors.joining(", "))));
    }

    /** Such as {@code flux-dev}. */
    public String label() {
        return label;
    }

    /** For people. */
    public String description() {
        return description;
    }

    Family family() {
        return family;
    }

    /**
     * Names as published and shapes of all tensors that a configuration means.
     *
     * @throws InvalidInputException if the configuration is impossible
     */
    Map<String, Shape> tensors(Config config) {
        Recorder recorder = new Recorder(family == Family.ALIGNNET ? alignNet(config) : Map.of(), Set.of("lm_head.weight",
                "language_model.lm_head.weight", "llm.lm_head.weight"));
        family.bind.accept(recorder, config);
        Map<String, Shape> tensors = new LinkedHashMap<>();
        recorder.wanted().forEach((name, shape) -> tensors.put(family.storedPrefix + name, shape));
        return tensors;
    }

    /** What AlignNet reads from its file. */
    private static Map<String, Shape> alignNet(Config c) {
        long channels = c.positive("in_channels");
        long hidden = c.positive("input_dim");
        long joint = c.positive("joint_attention_dim");
        long pooled = c.positive("pooled_projection_dim");
        Shape reduction = c.flag("use_scale") ? Shape.of(1, channels, 1, 1) : Shape.of(1, channels, 5, 5);
        return Map.of(c.flag("use_scale") ? "cha_scale" : "conv.weight", reduction, "mlp.layernorm.weight", Shape.of(hidden),
                "mlp.projector.0.weight", Shape.of(joint, hidden), "mlp.projector.2.weight", Shape.of(joint, joint),
                "mlp.fc.1.weight", Shape.of(pooled, joint));
    }
}
