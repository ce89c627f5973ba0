package io.github.x2i4j.model.flux;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Blocks;
import io.github.x2i4j.model.nn.Linear;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * FLUX.1's rectified-flow transformer (diffusers' FluxTransformer2DModel, tensor names included). Double blocks keep text and image
 * as two streams with weights of their own and join them in attention only; single blocks run over both as one sequence, text first.
 *
 * <p>In the shape comments B is the batch, T the text tokens, N the image tokens, S = T + N, D the hidden size, H the heads and d
 * their width. Layers are bound to the tensors of a checkpoint and hold no other state, so one transformer serves many threads.
 *
 * <p>Hooks see the stacks {@code transformer_blocks}, streams (text [B, T, D], image [B, N, D]), and
 * {@code single_transformer_blocks}, one stream (text and image [B, S, D]).
 */
public final class FluxTransformer {
    /** Epsilon of every norm; the reference fixes it in code. */
    private static final float EPS = 1e-6f;

    private final FluxConfig config;
    private final Linear xEmbedder;
    private final Linear contextEmbedder;
    private final TimeTextEmbed timeTextEmbed;
    private final List<DoubleBlock> doubleBlocks;
    private final List<SingleBlock> singleBlocks;
    private final Linear normOut;
    private final Linear projOut;

    /** Binds the transformer that a config.json describes, or, where that is null, the one that the tensors make. */
    public static FluxTransformer of(Weights w, Config config) {
        return new FluxTransformer(w, config == null ? FluxConfig.ofTensors(w, null) : FluxConfig.of(config));
    }

    public FluxTransformer(Weights w, FluxConfig c) {
        int hidden = c.hiddenSize();
        config = c;
        xEmbedder = Linear.of(w.at("x_embedder"), c.inChannels(), hidden);
        contextEmbedder = Linear.of(w.at("context_embedder"), c.jointAttentionDim(), hidden);
        timeTextEmbed = TimeTextEmbed.of(w.at("time_text_embed"), c);
        doubleBlocks = IntStream.range(0, c.numLayers())
                .mapToObj(i -> DoubleBlock.of(w.at("transformer_blocks", i), c)).toList();
        singleBlocks = IntStream.range(0, c.numSingleLayers())
                .mapToObj(i -> SingleBlock.of(w.at("single_transformer_blocks", i), c)).toList();
        normOut = Linear.of(w.at("norm_out.linear"), hidden, 2L * hidden);
        projOut = Linear.of(w.at("proj_out"), hidden, c.outChannels());
    }

    public FluxConfig config() {
        return config;
    }

    /**
     * What the transformer is told besides the latents; the same in all steps of a generation.
     *
     * @param encoderHiddenStates text, F32 [B, T, jointAttentionDim]; every row is attended to, padding too
     * @param pooledProjections pooled text, F32 [B, pooledProjectionDim]
     * @param guidance guidance scale of each batch entry; null or ignored unless the model has guidance embeds
     * @param rope positions of text then image tokens, S rows
     */
    public record Conditions(Tensor encoderHiddenStates, Tensor pooledProjections, float[] guidance, RopeTable rope) {
    }

    /** Table of the positions of text tokens, then image tokens; {@code ids[token]} has one number for each rope axis. */
    public RopeTable rope(Ops f, float[][] textIds, float[][] imageIds) {
        float[][] ids = Arrays.copyOf(textIds, textIds.length + imageIds.length);
        System.arraycopy(imageIds, 0, ids, textIds.length, imageIds.length);
        return RopeTable.of(f, ids, config.axesDimsRope());
    }

    /**
     * Predicts the velocity, noise minus data.
     *
     * @param latents packed, F32 [B, N, inChannels]
     * @param timestep noise level of each batch entry in [0, 1]
     * @return F32 [B, N, outChannels]
     */
    public Tensor forward(Ops ops, Tensor latents, float[] timestep, Conditions c, BlockHook hook) {
        try (Scope f = ops.scope()) {
            return f.escape(forward(f, latents, embed(f, timestep), guidance(f, c.guidance), c, hook));
        }
    }

    /** Embeddings of timesteps, F32 [timestep.length, 256]. */
    public Tensor embed(Ops f, float[] timestep) {
        return Sinusoid.of(f, TimeTextEmbed.thousands(timestep));
    }

    /** Embeddings of guidance scales, F32 [B, 256], or null unless the model has guidance embeds. */
    public Tensor guidance(Ops f, float[] guidance) {
        if (!config.guidanceEmbeds()) {
            return null;
        }
        if (guidance == null) {
            throw new IllegalArgumentException("this transformer has guidance embeds: a guidance scale is needed");
        }
        return embed(f, guidance);
    }

    /**
     * Predicts the velocity from tensors alone, so that it can be done again with others in their place.
     *
     * @param time see {@link #embed}
     * @param guidance see {@link #guidance}; that of {@code c} is not looked at
     */
    public Tensor forward(Ops ops, Tensor latents, Tensor time, Tensor guidance, Conditions c, BlockHook hook) {
        try (Scope f = ops.scope()) {
            long text = c.encoderHiddenStates.dim(1);
            Tensor x = xEmbedder.apply(f, latents);                                        // [B, N, D]
            Tensor y = contextEmbedder.apply(f, c.encoderHiddenStates);                    // [B, T, D]
            Tensor temb = timeTextEmbed.forward(f, time, guidance, c.pooledProjections);
            Tensor s = f.activation(temb, Activation.SILU);                                // [B, D]

            List<Tensor> streams = Blocks.run(f, hook, "transformer_blocks", doubleBlocks.size(), List.of(y, x),
                    (b, i, yx) -> doubleBlocks.get(i).forward(b, yx.get(0), yx.get(1), s, c.rope));
            Tensor z = f.concat(1, streams.get(0), streams.get(1));                        // [B, S, D]
            z = Blocks.run(f, hook, "single_transformer_blocks", singleBlocks.size(), List.of(z),
                    (b, i, joint) -> List.of(singleBlocks.get(i).forward(b, joint.get(0), s, c.rope))).get(0);

            x = f.slice(z, 1, text, z.dim(1));                                             // [B, N, D]
            Tensor[] scaleShift = chunks(f, normOut.apply(f, s), 2);
            x = f.layerNormModulated(x, scaleShift[0], scaleShift[1], EPS);
            return f.escape(projOut.apply(f, x));                                          // [B, N, C]
        }
    }

    /** The vector that modulates every block: embeddings of time, guidance scale and pooled text, summed. */
    private record TimeTextEmbed(TwoLayers timestepEmbedder, TwoLayers guidanceEmbedder, TwoLayers textEmbedder) {
        /** The model takes both time and guidance scale in thousands. */
        static final float SCALE = 1000;

        static TimeTextEmbed of(Weights w, FluxConfig c) {
            return new TimeTextEmbed(
                    TwoLayers.of(w.at("timestep_embedder"), Sinusoid.WIDTH, c.hiddenSize()),
                    c.guidanceEmbeds() ? TwoLayers.of(w.at("guidance_embedder"), Sinusoid.WIDTH, c.hiddenSize()) : null,
                    TwoLayers.of(w.at("text_embedder"), c.pooledProjectionDim(), c.hiddenSize()));
        }

        Tensor forward(Ops f, Tensor time, Tensor guidance, Tensor pooled) {
            Tensor temb = timestepEmbedder.forward(f, time);                               // [B, D]
            if (guidanceEmbedder != null) {
                temb = f.add(temb, guidanceEmbedder.forward(f, guidance));
            }
            return f.add(temb, textEmbedder.forward(f, pooled));
        }

        static float[] thousands(float[] values) {
            float[] out = values.clone();
            for (int i = 0; i < out.length; i++) {
                out[i] *= SCALE;
            }
            return out;
        }
    }

    /** Linear, SiLU, Linear. */
    private record TwoLayers(Linear linear1, Linear linear2) {
        static TwoLayers of(Weights w, long in, long out) {
            return new TwoLayers(Linear.of(w.at("linear_1"), in, out), Linear.of(w.at("linear_2"), out, out));
        }

        Tensor forward(Ops f, Tensor x) {
            return linear2.apply(f, linear1.apply(f, x, Epilogue.of(Activation.SILU)));
        }
    }

    /** Queries, keys and values of one stream; queries and keys are normed for each head. */
    private record Qkv(Linear q, Linear k, Linear v, Tensor normQ, Tensor normK, long heads, long headDim) {
        static Qkv of(Weights attn, String q, String k, String v, String normQ, String normK, FluxConfig c) {
            int hidden = c.hiddenSize();
            return new Qkv(Linear.of(attn.at(q), hidden, hidden), Linear.of(attn.at(k), hidden, hidden),
                    Linear.of(attn.at(v), hidden, hidden), attn.at(normQ).vector("weight", c.attentionHeadDim()),
                    attn.at(normK).vector("weight", c.attentionHeadDim()), c.numAttentionHeads(), c.attentionHeadDim());
        }

        Tensor query(Ops f, Tensor x) {
            return f.rmsNorm(heads(q.apply(f, x)), normQ, EPS);                            // [B, S, H, d]
        }

        Tensor key(Ops f, Tensor x) {
            return f.rmsNorm(heads(k.apply(f, x)), normK, EPS);
        }

        Tensor value(Ops f, Tensor x) {
            return heads(v.apply(f, x));
        }

        private Tensor heads(Tensor x) {
            return x.reshape(x.dim(0), x.dim(1), heads, headDim);
        }
    }

    /** softmax(q kT / sqrt d) v over all tokens, heads merged; q and k are turned by their positions first. */
    private static Tensor attention(Ops f, Tensor q, Tensor k, Tensor v, RopeTable rope) {
        float scale = (float) (1 / Math.sqrt(q.dim(3)));
        Tensor o = f.attention(rope.apply(f, q), rope.apply(f, k), v, scale, new AttentionMask.Full(k.dim(1)), null);
        return o.reshape(o.dim(0), o.dim(1), -1);                                          // [B, S, D]
    }

    /** Feed-forward of four times the width. */
    private record FeedForward(Linear in, Linear out) {
        static FeedForward of(Weights w, long hidden) {
            return new FeedForward(Linear.of(w.at("net.0.proj"), hidden, 4 * hidden), Linear.of(w.at("net.2"), 4 * hidden, hidden));
        }

        Tensor forward(Ops f, Tensor x, Epilogue epilogue) {
            return out.apply(f, in.apply(f, x, Epilogue.of(Activation.GELU_TANH)), epilogue);
        }
    }

    /** What a double block does to one of its two streams. */
    private record Stream(Linear norm1, Qkv qkv, Linear out, FeedForward ff) {
        /** The stream normed and modulated for the attention [B, S, D], and the modulations [B, D] of what follows. */
        record Modulated(Tensor normed, Tensor gateMsa, Tensor shiftMlp, Tensor scaleMlp, Tensor gateMlp) {
        }

        Modulated modulate(Ops f, Tensor x, Tensor s) {
            Tensor[] m = chunks(f, norm1.apply(f, s), 6);                                  // 6 x [B, D]
            return new Modulated(f.layerNormModulated(x, m[1], m[0], EPS), m[2], m[3], m[4], m[5]);
        }

        /** Adds the attention's output and the feed-forward, both gated. */
        Tensor finish(Ops f, Tensor x, Tensor attended, Modulated m) {
            Tensor h = out.apply(f, attended, Epilogue.gated(m.gateMsa, x));
            Tensor n = f.layerNormModulated(h, m.scaleMlp, m.shiftMlp, EPS);
            return ff.forward(f, n, Epilogue.gated(m.gateMlp, h));
        }
    }

    private record DoubleBlock(Stream image, Stream text) {
        static DoubleBlock of(Weights w, FluxConfig c) {
            int hidden = c.hiddenSize();
            Weights attn = w.at("attn");
            return new DoubleBlock(
                    new Stream(Linear.of(w.at("norm1.linear"), hidden, 6L * hidden),
                            Qkv.of(attn, "to_q", "to_k", "to_v", "norm_q", "norm_k", c),
                            Linear.of(attn.at("to_out.0"), hidden, hidden), FeedForward.of(w.at("ff"), hidden)),
                    new Stream(Linear.of(w.at("norm1_context.linear"), hidden, 6L * hidden),
                            Qkv.of(attn, "add_q_proj", "add_k_proj", "add_v_proj", "norm_added_q", "norm_added_k", c),
                            Linear.of(attn.at("to_add_out"), hidden, hidden), FeedForward.of(w.at("ff_context"), hidden)));
        }

        /** y: text [B, T, D], x: image [B, N, D], s: SiLU of the conditioning vector [B, D]. */
        List<Tensor> forward(Ops f, Tensor y, Tensor x, Tensor s, RopeTable rope) {
            Stream.Modulated my = text.modulate(f, y, s);
            Stream.Modulated mx = image.modulate(f, x, s);
            Tensor ny = my.normed;
            Tensor nx = mx.normed;
            Tensor o;
            try (Scope a = f.scope()) {
                Tensor q = a.concat(1, text.qkv.query(a, ny), image.qkv.query(a, nx));     // [B, S, H, d]
                Tensor k = a.concat(1, text.qkv.key(a, ny), image.qkv.key(a, nx));
                Tensor v = a.concat(1, text.qkv.value(a, ny), image.qkv.value(a, nx));
                o = a.escape(attention(a, q, k, v, rope));                                 // [B, S, D]
            }
            long t = y.dim(1);
            return List.of(text.finish(f, y, f.slice(o, 1, 0, t), my), image.finish(f, x, f.slice(o, 1, t, o.dim(1)), mx));
        }
    }

    /** Attention and feed-forward side by side, joined by one projection. */
    private record SingleBlock(Linear norm, Qkv qkv, Linear projMlp, Linear projOut) {
        static SingleBlock of(Weights w, FluxConfig c) {
            long hidden = c.hiddenSize();
            return new SingleBlock(Linear.of(w.at("norm.linear"), hidden, 3 * hidden),
                    Qkv.of(w.at("attn"), "to_q", "to_k", "to_v", "norm_q", "norm_k", c),
                    Linear.of(w.at("proj_mlp"), hidden, 4 * hidden), Linear.of(w.at("proj_out"), 5 * hidden, hidden));
        }

        /** z: text and image [B, S, D], s: SiLU of the conditioning vector [B, D]. */
        Tensor forward(Ops f, Tensor z, Tensor s, RopeTable rope) {
            Tensor[] m = chunks(f, norm.apply(f, s), 3);                                   // shift, scale, gate
            Tensor n = f.layerNormModulated(z, m[1], m[0], EPS);                           // [B, S, D]
            Tensor attended;
            try (Scope a = f.scope()) {
                attended = a.escape(attention(a, qkv.query(a, n), qkv.key(a, n), qkv.value(a, n), rope));
            }
            Tensor mlp = projMlp.apply(f, n, Epilogue.of(Activation.GELU_TANH));           // [B, S, 4D]
            return projOut.apply(f, f.concat(2, attended, mlp), Epilogue.gated(m[2], z));  // [B, S, D]
        }
    }

    /** Cuts [B, n D] into n tensors [B, D]. */
    private static Tensor[] chunks(Ops f, Tensor x, int n) {
        long d = x.dim(1) / n;
        return IntStream.range(0, n).mapToObj(i -> f.slice(x, 1, i * d, (i + 1) * d)).toArray(Tensor[]::new);
    }
}
