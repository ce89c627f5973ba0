package io.github.x2i4j.model.qwen;

import io.github.x2i4j.loader.config.Config;
import java.util.Arrays;

/**
 * Sizes of the vision tower (transformers {@code Qwen2_5_VLVisionConfig}).
 *
 * @param hiddenSize width of a patch inside the tower
 * @param outHiddenSize width of a token that leaves it: that of the language model
 * @param patchSize pixels of a patch's side
 * @param spatialMergeSize patches of a token's side
 * @param temporalPatchSize frames of a patch
 * @param windowSize pixels of a window's side
 * @param fullAttentionBlocks blocks in which a patch sees its whole picture instead of its window
 * @param tokensPerSecond temporal positions of a second of video
 */
public record VisionConfig(int depth, int hiddenSize, int numHeads, int intermediateSize, int outHiddenSize, int inChannels,
        int patchSize, int spatialMergeSize, int temporalPatchSize, int windowSize, int[] fullAttentionBlocks, int tokensPerSecond) {
    private static final int MAX_DEPTH = 10_000;
    private static final int MAX_WIDTH = 1 << 20;
    /** Bounds sizes of patches, which are multiplied with one another. */
    static final int MAX_PATCH = 128;

    /** Reads {@code vision_config}; fields that are absent have the reference class's defaults. */
    public static VisionConfig read(Config c) {
        String act = c.text("hidden_act", "silu");
        if (!act.equals("silu")) {
            throw c.unsupported("hidden_act", act + " of a vision tower is not supported; silu is");
        }
        VisionConfig v = new VisionConfig(c.positive("depth", 32), c.positive("hidden_size", 3584), c.positive("num_heads", 16),
                c.positive("intermediate_size", 3420), c.positive("out_hidden_size", 3584),
                c.positive(c.has("in_chans") ? "in_chans" : "in_channels", 3), c.positive("patch_size", 14),
                c.positive("spatial_merge_size", 2), c.positive("temporal_patch_size", 2), c.positive("window_size", 112),
                c.integers("fullatt_block_indexes", new int[] {7, 15, 23, 31}), c.positive("tokens_per_second", 4));
        if (v.depth > MAX_DEPTH) {
            throw c.invalid("depth", v.depth + " is more than " + MAX_DEPTH);
        }
        if (Math.max(v.patchSize, Math.max(v.spatialMergeSize, Math.max(v.temporalPatchSize, v.inChannels))) > MAX_PATCH) {
            throw c.invalid("patch_size", "it, spatial_merge_size, temporal_patch_size and in_chans may be at most " + MAX_PATCH);
        }
        if (Math.max(v.hiddenSize, Math.max(v.intermediateSize, v.outHiddenSize)) > MAX_WIDTH) {
            throw c.invalid("hidden_size", "it, intermediate_size and out_hidden_size may be at most " + MAX_WIDTH);
        }
        if (v.hiddenSize % v.numHeads != 0 || v.headDim() % 4 != 0) {
            throw c.invalid("num_heads", v.numHeads + " must cut hidden_size " + v.hiddenSize + " into heads of a width divisible by 4");
        }
        if (v.windowSize < v.spatialMergeSize * v.patchSize) {
            throw c.invalid("window_size", v.windowSize + " is smaller than a token of " + v.spatialMergeSize * v.patchSize + " pixels");
        }
        return v;
    }

    public int headDim() {
        return hiddenSize / numHeads;
    }

    /** Values of a pixel row: channels x frames x patch x patch. */
    public int patchValues() {
        return inChannels * temporalPatchSize * patchSize * patchSize;
    }

    /** Patches that are merged into one token. */
    public int mergeUnit() {
        return spatialMergeSize * spatialMergeSize;
    }

    /** Tokens of a window's side. */
    public int windowTokens() {
        return windowSize / spatialMergeSize / patchSize;
    }

    public boolean fullAttention(int block) {
        return Arrays.stream(fullAttentionBlocks).anyMatch(b -> b == block);
    }
}
