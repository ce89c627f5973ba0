package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Blocks;
import io.github.x2i4j.model.nn.Linear;
import java.util.List;
import java.util.stream.IntStream;

/**
 * InternViT-300M (arXiv 2312.14238, section 3.2; {@code InternVisionModel}): a vision transformer with a class token, learned positions
 * and layer scale. It ends without a norm.
 */
public final class VisionTower {
    private final VisionConfig config;
    private final Linear patchEmbedding;
    private final Tensor classEmbedding;
    private final Tensor positionEmbedding;
    private final List<Layer> layers;

    private VisionTower(VisionConfig config, Linear patchEmbedding, Tensor classEmbedding, Tensor positionEmbedding, List<Layer> layers) {
        this.config = config;
        this.patchEmbedding = patchEmbedding;
        this.classEmbedding = classEmbedding;
        this.positionEmbedding = positionEmbedding;
        this.layers = layers;
    }

    /** Binds the tensors below {@code vision_model}. */
    public static VisionTower bind(Weights w, VisionConfig c) {
        Weights e = w.at("embeddings");
        long d = c.hiddenSize();
        Tensor kernel = e.matrix("patch_embedding.weight", d, VisionConfig.CHANNELS, c.patchSize(), c.patchSize());
        Tensor classEmbedding = e.vector("class_embedding", 1, 1, d);
        Tensor positions = e.vector("position_embedding", 1, 1 + (long) c.gridSide() * c.gridSide(), d);
        Linear patchEmbedding = new Linear(kernel.reshape(d, c.patchValues()), e.vector("patch_embedding.bias", d));
        List<Layer> layers = IntStream.range(0, c.numLayers()).mapToObj(i -> Layer.bind(w.at("encoder.layers", i), c)).toList();
        return new VisionTower(c, patchEmbedding, classEmbedding, positions, layers);
    }

    /**
     * Features of square pictures, which do not see one another.
     *
     * @param pixels F32 [B, 3, side, side], normalised; side is a multiple of the patch size
     * @param hook stands around each layer (stack {@code vision_model.encoder.layers}, one stream: [1, B * (1 + n), D])
     * @return F32 [B, n, D], patches row-major, n = (side / patch)^2; the class token is left out
     */
    public Tensor forward(Ops f, Tensor pixels, BlockHook hook) {
        try (Scope s = f.scope()) {
            long b = pixels.dim(0);
            long d = config.hiddenSize();
            Tensor x = embed(s, pixels);                                                               // [B, 1 + n, D]
            long tokens = x.dim(1);
            x = Blocks.run(s, hook, "vision_model.encoder.layers", layers.size(), List.of(x.reshape(1, b * tokens, d)),
                    (l, i, in) -> List.of(layers.get(i).forward(l, in.getFirst(), b))).getFirst();     // [1, B (1 + n), D]
            return s.escape(s.slice(x.reshape(b, tokens, d), 1, 1, tokens));                           // [B, n, D]
        }
    }

    /** [B, 3, side, side] -> [B, 1 + n, D] */
    private Tensor embed(Scope s, Tensor pixels) {
        long b = pixels.dim(0);
        int p = config.patchSize();
        int grid = Math.toIntExact(pixels.dim(2) / p);
        long d = config.hiddenSize();
        Tensor patches = s.permute(pixels.reshape(b * VisionConfig.CHANNELS * grid, p, grid, p), 0, 2, 1, 3); // [B 3 rows, columns, p, p]
        patches = s.permute(patches.reshape(b, VisionConfig.CHANNELS, (long) grid * grid, (long) p * p), 0, 2, 1, 3); // [B, n, 3, p p]
        Tensor x = patchEmbedding.apply(s, patches.reshape(b, (long) grid * grid, config.patchValues())); // [B, n, D]
        Tensor classes = s.gatherRows(classEmbedding.reshape(1, d), new long[(int) b]).reshape(b, 1, d);  // [B, 1, D]
        return s.add(s.concat(1, classes, x), positions(s, grid));                                        // [B, 1 + n, D]
    }

    /** Positions of a grid of this many patches a side: [1 + n, D]; the class token keeps its own. */
    private Tensor positions(Ops s, int grid) {
        int d = config.hiddenSize();
        Tensor all = positionEmbedding.reshape(-1, d);
        if (grid == config.gridSide()) {
            return all;
        }
        float[] resized = PositionGrid.resize(all.rows(1, all.dim(0)).toFloats(), config.gridSide(), grid, d);
        return s.concat(0, all.rows(0, 1), s.floats(resized, (long) grid * grid, d));
    }

    /** {@code x += ls1 * attention(norm1(x)); x += ls2 * mlp(norm2(x))} */
    private record Layer(float eps, Norm norm1, Attention attention, Tensor ls1, Norm norm2, Mlp mlp, Tensor ls2) {
        static Layer bind(Weights w, VisionConfig c) {
            long d = c.hiddenSize();
            return new Layer(c.layerNormEps(), Norm.bind(w.at("norm1"), d), Attention.bind(w.at("attn"), c), w.vector("ls1", d),
                    Norm.bind(w.at("norm2"), d), Mlp.bind(w.at("mlp"), c), w.vector("ls2", d));
        }

        /** [1, B S, D] -> [1, B S, D] */
        Tensor forward(Ops s, Tensor x, long pictures) {
            Tensor h = attention.forward(s, norm1.apply(s, x, eps), pictures, scaled(ls1, x));
            return mlp.forward(s, norm2.apply(s, h, eps), scaled(ls2, h));
        }

        /** {@code residual + scale * z} */
        private static Epilogue scaled(Tensor scale, Tensor residual) {
            return Epilogue.gated(scale.reshape(1, -1), residual);
        }
    }

    private record Norm(Tensor weight, Tensor bias) {
        static Norm bind(Weights w, long width) {
            return new Norm(w.vector("weight", width), w.vector("bias", width));
        }

        Tensor apply(Ops s, Tensor x, float eps) {
            return s.layerNorm(x, weight, bias, eps);
        }
    }

    /** Attention inside a picture; queries, keys and values are the thirds of one projection. */
    private record Attention(int numHeads, Linear q, Linear k, Linear v, Linear proj) {
        static Attention bind(Weights w, VisionConfig c) {
            long d = c.hiddenSize();
            Tensor weight = w.matrix("qkv.weight", 3 * d, d);
            Tensor bias = c.qkvBias() ? w.vector("qkv.bias", 3 * d) : null;
            return new Attention(c.numHeads(), third(weight, bias, 0, d), third(weight, bias, 1, d), third(weight, bias, 2, d),
                    Linear.of(w.at("proj"), d, d));
        }

        private static Linear third(Tensor weight, Tensor bias, int i, long d) {
            return new Linear(weight.rows(i * d, (i + 1) * d), bias == null ? null : bias.rows(i * d, (i + 1) * d));
        }

        /** {@code end(proj(softmax(q kt / sqrt(d)) v))}, [1, B S, D] */
        Tensor forward(Ops s, Tensor x, long pictures, Epilogue end) {
            long n = x.dim(1) / pictures;
            long d = x.dim(2) / numHeads;
            Tensor queries = q.apply(s, x).reshape(pictures, n, numHeads, d);                          // [B, S, heads, d]
            Tensor keys = k.apply(s, x).reshape(pictures, n, numHeads, d);                             // [B, S, heads, d]
            Tensor values = v.apply(s, x).reshape(pictures, n, numHeads, d);                           // [B, S, heads, d]
            Tensor y = s.attention(queries, keys, values, (float) (1 / Math.sqrt(d)), new AttentionMask.Full(n), null);
            return proj.apply(s, y.reshape(x.shape().toArray()), end);                                 // [1, B S, D]
        }
    }

    /** {@code end(fc2(gelu(fc1(x))))} */
    private record Mlp(Linear fc1, Linear fc2) {
        static Mlp bind(Weights w, VisionConfig c) {
            return new Mlp(Linear.of(w.at("fc1"), c.hiddenSize(), c.intermediateSize()),
                    Linear.of(w.at("fc2"), c.intermediateSize(), c.hiddenSize()));
        }

        /** [1, B S, D] -> [1, B S, D] */
        Tensor forward(Ops s, Tensor x, Epilogue end) {
            return fc2.apply(s, fc1.apply(s, x, Epilogue.of(Activation.GELU)), end);
        }
    }
}
