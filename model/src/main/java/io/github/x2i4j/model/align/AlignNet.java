package io.github.x2i4j.model.align;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Linear;
import io.github.x2i4j.model.text.T5Config;
import io.github.x2i4j.model.text.T5Stack;
import java.util.ArrayList;
import java.util.List;

/**
 * X2I's AlignNet (class Proj7Exp): the hidden states of all layers of a multimodal LLM become the prompt embeddings and the pooled
 * embedding of FLUX. Which variant a file holds follows from its tensors.
 */
public final class AlignNet {
    /** Older releases carry the prefix {@code module.} */
    public static final NameMap NAMES = NameMap.UNWRAPPED;

    private static final float LAYER_NORM_EPS = 1e-6f;
    /** Constants of the T5 stack that no file states. */
    private static final int T5_MAX_DISTANCE = 128;
    private static final float T5_EPS = 1e-6f;

    private final T5Stack t5stack;
    private final LayerReduction reduction;
    private final Tensor layerNormWeight;
    private final Tensor layerNormBias;
    private final Linear projector0;
    private final Linear projector2;
    private final Linear fc;

    private AlignNet(Weights w, AlignNetSettings settings) {
        List<String> wrong = new ArrayList<>();
        t5stack = bindT5(w, settings, wrong);
        reduction = variant(w, settings, wrong).bind(w);

        Weights mlp = w.at("mlp");
        layerNormWeight = mlp.vector("layernorm.weight", -1);
        long hidden = size(mlp, "layernorm.weight", 0);
        layerNormBias = mlp.vector("layernorm.bias", hidden);
        long joint0 = size(mlp, "projector.0.weight", 0);
        long joint = size(mlp, "projector.2.weight", 0);
        projector0 = Linear.withoutBias(mlp.at("projector.0"), hidden, joint0);
        projector2 = Linear.withoutBias(mlp.at("projector.2"), joint0, joint);
        fc = Linear.of(mlp.at("fc.1"), joint, size(mlp, "fc.1.weight", 0));

        compare(wrong, "in_channels", settings.inChannels(), channels(w));
        compare(wrong, "input_dim", settings.inputDim(), hidden);
        if (!wrong.isEmpty()) {
            throw new InvalidInputException((settings.origin() == null ? "" : settings.origin() + ": ")
                    + "AlignNet's settings do not fit its weight file: " + String.join("; ", wrong)
                    + ". Correct the settings, or leave them out: they follow from the file");
        }
    }

    /**
     * Binds a state dict (names as {@link #NAMES} makes them).
     *
     * @param settings what is said of the file elsewhere, to be checked
     * @throws InvalidInputException if the settings contradict the file
     */
    public static AlignNet of(Weights w, AlignNetSettings settings) {
        return new AlignNet(w, settings);
    }

    /** Number of hidden states it takes, or -1 for any. */
    public long inChannels() {
        return reduction.inChannels();
    }

    /** Width of a hidden state. */
    public long inputDim() {
        return layerNormWeight.elements();
    }

    /** Width of a row of the prompt embeddings, FLUX's {@code joint_attention_dim}. */
    public long jointAttentionDim() {
        return projector2.weight().dim(0);
    }

    /** Width of the pooled embedding, FLUX's {@code pooled_projection_dim}. */
    public long pooledProjectionDim() {
        return fc.weight().dim(0);
    }

    /**
     * The conditioning of FLUX.
     *
     * @param pooledPromptEmbeds F32 [B, pooledProjectionDim]
     * @param promptEmbeds F32 [B, S, jointAttentionDim]
     */
    public record Output(Tensor pooledPromptEmbeds, Tensor promptEmbeds) {
    }

    /**
     * @param hiddenStates F32 [B, C, S, H]: input embeddings of the language model, then the output of each layer, the last one
     *     after the final norm. Rows of padding take part.
     * @param hook stands around the blocks of the T5 stack, where there is one
     * @throws InvalidInputException if the hidden states are of another multimodal LLM
     */
    public Output forward(Ops ops, Tensor hiddenStates, BlockHook hook) {
        check(hiddenStates.shape());
        try (Scope f = ops.scope()) {
            Tensor x = t5stack == null ? hiddenStates : throughT5(f, hiddenStates, hook);       // [B, C, S, H]
            Tensor z = reduction.apply(f, x);                                                   // [B, S, H]
            Tensor u = f.layerNorm(z, layerNormWeight, layerNormBias, LAYER_NORM_EPS);          // [B, S, H]
            Tensor e = projector0.apply(f, u, Epilogue.of(Activation.GELU));                    // [B, S, J]
            e = projector2.apply(f, e);                                                         // [B, S, J]
            // the reference averages after fc, which is linear: the mean first is the same and S times less work
            Tensor pooled = fc.apply(f, f.mean(f.activation(e, Activation.GELU), 1));           // [B, P]
            return new Output(f.escape(pooled), f.escape(e));
        }
    }

    /** One hidden state after the other through the shared stack, so that memory is that of one. */
    private Tensor throughT5(Ops f, Tensor x, BlockHook hook) {
        long b = x.dim(0);
        long c = x.dim(1);
        Tensor flat = x.reshape(b * c, x.dim(2), x.dim(3));
        Tensor[] states = new Tensor[Math.toIntExact(b * c)];
        for (int i = 0; i < states.length; i++) {
            states[i] = t5stack.forward(f, flat.rows(i, i + 1), hook);                          // [1, S, H]
        }
        return f.concat(0, states).reshape(b, c, x.dim(2), x.dim(3));
    }

    private void check(Shape s) {
        boolean channels = s.rank() == 4 && (inChannels() < 0 || s.dim(1) == inChannels());
        if (!channels || s.dim(3) != inputDim() || s.dim(2) < 1) {
            throw new InvalidInputException("AlignNet takes hidden states [batch, " + (inChannels() < 0 ? "any" : inChannels())
                    + ", tokens, " + inputDim() + "], but the multimodal LLM gives " + s + "; the two were not trained together");
        }
    }

    private static LayerReduction.Variant variant(Weights w, AlignNetSettings s, List<String> wrong) {
        LayerReduction.Variant told = null;
        if (Boolean.TRUE.equals(s.useScale())) {
            told = LayerReduction.Variant.SCALE;
        } else if (Boolean.FALSE.equals(s.useScale()) && s.useCnn() != null) {
            told = s.useCnn() ? LayerReduction.Variant.CNN : LayerReduction.Variant.MEAN;
        }
        LayerReduction.Variant found = LayerReduction.Variant.of(w);
        if (told == null || told == found) {
            return found;
        }
        if (told.fits(w)) {
            return told;
        }
        wrong.add("use_scale " + s.useScale() + " and use_cnn " + s.useCnn() + " mean the variant " + told + ", but the tensors are of "
                + found);
        return found;
    }

    private static T5Stack bindT5(Weights w, AlignNetSettings s, List<String> wrong) {
        boolean found = w.has("t5stack.final_layer_norm.weight");
        if (s.useT5() != null && s.useT5() != found) {
            wrong.add("use_t5 is " + s.useT5() + ", but the file has " + (found ? "a" : "no") + " T5 stack");
        }
        if (!found) {
            return null;
        }
        Weights t5 = w.at("t5stack");
        w.ignore("t5stack.embed_tokens.");
        Weights attention = t5.at("block.0.layer.0.SelfAttention");
        int buckets = Math.toIntExact(size(attention, "relative_attention_bias.weight", 0));
        int heads = Math.toIntExact(size(attention, "relative_attention_bias.weight", 1));
        int inner = Math.toIntExact(size(attention, "q.weight", 0));
        int width = Math.toIntExact(size(attention, "q.weight", 1));
        int dFf = Math.toIntExact(size(t5, "block.0.layer.1.DenseReluDense.wi_0.weight", 0));
        int layers = 0;
        while (t5.has("block." + layers + ".layer.0.layer_norm.weight")) {
            layers++;
        }
        int headDim = heads > 0 && inner % heads == 0 ? inner / heads : 1;
        compare(wrong, "num_heads", s.numHeads(), heads);
        compare(wrong, "head_dim", s.headDim(), headDim);
        compare(wrong, "num_layers", s.numLayers(), layers);
        return new T5Stack(t5, new T5Config(width, headDim, heads, dFf, layers, buckets, T5_MAX_DISTANCE, T5_EPS,
                Activation.GELU_TANH));
    }

    /** Number of hidden states by the file, or null where it does not say. */
    private static Long channels(Weights w) {
        Shape scale = w.shape("cha_scale");
        Shape conv = w.shape("conv.weight");
        Shape s = scale != null ? scale : conv;
        return s == null || s.rank() != 4 ? null : s.dim(1);
    }

    /** Size of an axis of a stored tensor; 1 where it is not as it should be, which binding it then reports. */
    private static long size(Weights w, String name, int axis) {
        Shape s = w.shape(name);
        return s == null || axis >= s.rank() ? 1 : s.dim(axis);
    }

    private static void compare(List<String> wrong, String field, Integer told, Number found) {
        if (told != null && found != null && told.longValue() != found.longValue()) {
            wrong.add(field + " is " + told + ", but the file's tensors say " + found);
        }
    }
}
