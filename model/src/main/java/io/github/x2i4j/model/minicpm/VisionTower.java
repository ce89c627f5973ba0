package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Blocks;
import io.github.x2i4j.model.nn.LayerNorm;
import io.github.x2i4j.model.nn.Linear;
import java.util.List;
import java.util.stream.IntStream;

/**
 * SigLIP (arXiv 2303.15343) for pictures of any shape, as NaViT packs them (arXiv 2307.06304): patches of several pictures are one
 * sequence, and each sees those of its own picture ({@code SiglipVisionTransformer} of MiniCPM-V).
 */
public final class VisionTower {
    private static final String STACK = "vpm.encoder.layers";

    private final VisionConfig config;
    private final Linear patchEmbedding;
    private final Tensor positionEmbedding;
    private final List<EncoderLayer> layers;
    private final LayerNorm postLayernorm;

    private VisionTower(VisionConfig config, Linear patchEmbedding, Tensor positionEmbedding, List<EncoderLayer> layers,
            LayerNorm postLayernorm) {
        this.config = config;
        this.patchEmbedding = patchEmbedding;
        this.positionEmbedding = positionEmbedding;
        this.layers = layers;
        this.postLayernorm = postLayernorm;
    }

    /** Binds the tensors below {@code vpm}. */
    public static VisionTower bind(Weights w, VisionConfig c) {
        Weights e = w.at("embeddings");
        long d = c.hiddenSize();
        Tensor kernel = e.matrix("patch_embedding.weight", d, VisionConfig.CHANNELS, c.patchSize(), c.patchSize());
        Linear patchEmbedding = new Linear(kernel.reshape(d, c.patchValues()), e.vector("patch_embedding.bias", d));
        Tensor positions = e.matrix("position_embedding.weight", (long) c.gridSide() * c.gridSide(), d);
        List<EncoderLayer> layers = IntStream.range(0, c.numLayers()).mapToObj(i -> EncoderLayer.bind(w.at("encoder.layers", i), c)).toList();
        return new VisionTower(c, patchEmbedding, positions, layers, LayerNorm.of(w.at("post_layernorm"), d, c.layerNormEps()));
    }

    /**
     * Features of pictures.
     *
     * @param pixels of each picture, F32 [3, patch, patch * L], L patches row-major
     * @param hook stands around each layer (stack {@code vpm.encoder.layers}, one stream: [1, all patches, D])
     * @return F32 [all patches, D], picture after picture
     */
    public Tensor forward(Ops f, List<Tensor> pixels, List<PatchGrid> grids, BlockHook hook) {
        try (Scope s = f.scope()) {
            Tensor[] embedded = new Tensor[pixels.size()];
            int[] cumulative = new int[pixels.size() + 1];
            for (int i = 0; i < embedded.length; i++) {
                embedded[i] = embed(s, pixels.get(i), grids.get(i));                                   // [1, L, D]
                cumulative[i + 1] = cumulative[i] + grids.get(i).patches();
            }
            AttentionMask ownPicture = AttentionMask.segments(cumulative);
            Tensor x = Blocks.run(s, hook, STACK, layers.size(), List.of(s.concat(1, embedded)),
                    (l, i, in) -> List.of(layers.get(i).forward(l, in.getFirst(), ownPicture))).getFirst(); // [1, S, D]
            return s.escape(postLayernorm.apply(s, x)).reshape(-1, config.hiddenSize());               // [S, D]
        }
    }

    /** [3, p, p L] -> [1, L, D] */
    private Tensor embed(Ops s, Tensor pixels, PatchGrid grid) {
        int p = config.patchSize();
        long n = grid.patches();
        Tensor patches = s.permute(pixels.reshape((long) VisionConfig.CHANNELS * p, n, p), 1, 0, 2);   // [L, 3 p, p]
        Tensor positions = s.gatherRows(positionEmbedding, PositionBuckets.ids(grid, config.gridSide())); // [L, D]
        return patchEmbedding.apply(s, patches.reshape(1, n, config.patchValues()),
                Epilogue.add(positions.reshape(1, n, config.hiddenSize())));                           // [1, L, D]
    }
}
