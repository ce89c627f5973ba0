package io.github.x2i4j.model.llm;

/** What pads are to the decoder of a family, as its reference runs it. */
public enum PadRule {
    /**
     * All pads have the same position. Leading ones, for which every key is masked, attend to all keys, pads included (what PyTorch's
     * fused attention does on CUDA; Qwen2.5-VL).
     */
    SHARED_POSITION,
    /**
     * Positions run over all columns, pads included. Leading pads, for which every key is masked, average the values of all columns:
     * the reference's plain attention adds the lowest float to each of their scores (InternVL2.5).
     */
    RUNNING_POSITIONS
}
