package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Comparator;
import java.util.List;

/**
 * What a request needs of memory, stage by stage, known before any weight is read. All sizes are bytes of the process's resident
 * memory, mapped weights included, or of a GPU's memory.
 *
 * @param limit the budget, or 0 for none: then all weights of a stage are in memory while it lasts
 * @param overhead what Java takes for itself, or CUDA of the GPU
 * @param copies weights that were converted when they were opened (small vectors, and what a file holds in another order); they
 *     are held in every stage
 * @param stages in the order in which they run
 */
public record MemoryPlan(long limit, Overhead overhead, long copies, List<Stage> stages) {

    /** How a stage holds its weights. */
    public enum Mode {
        /** All of them, from the first use to the end of the stage. */
        RESIDENT,
        /** Some blocks stay; of the others one is in use while the next is read. */
        STREAMED,
        /** One block at a time; the next is read when it is needed. */
        ONE_BY_ONE
    }

    /**
     * A stage.
     *
     * @param name as {@link io.github.x2i4j.model.pipeline.Progress#stage} tells it
     * @param weights all its weights
     * @param elements number of their elements
     * @param blocks number of blocks that weights can stream by
     * @param largestBlock weights of the largest
     * @param pinned weights of the blocks that stay in memory
     * @param tensors memory of tensors: what is computed, and on a GPU what ops work in
     * @param mode how the weights are held
     * @param resident of the process with all weights in memory
     * @param least of the process where one block is in memory at a time
     * @param planned of the process as planned
     */
    public record Stage(String name, long weights, long elements, int blocks, long largestBlock, long pinned, long tensors, Mode mode,
            long resident, long least, long planned) {
        /** True if weights are more than half of what the stage holds. */
        public boolean weightsDominate() {
            return weights > tensors;
        }

        private Stage withWeights(double bits) {
            double share = Math.min(1, elements * bits / Byte.SIZE / Math.max(1, weights));
            long saved = (long) (weights * (1 - share));
            long savedBlock = (long) (largestBlock * (1 - share));
            return new Stage(name, weights - saved, elements, blocks, largestBlock - savedBlock, (long) (pinned * share), tensors, mode,
                    resident - saved, least - savedBlock, planned - saved);
        }
    }

    /** Bits of an element, scales included. */
    public static final double BITS_Q8_0 = 8.5;
    /** Bits of an element, scales included. */
    public static final double BITS_Q4_K = 4.5;

    /** An estimate of the plan with all weights stored in so many bits an element, where they have more. */
    public MemoryPlan withWeights(double bits) {
        return new MemoryPlan(limit, overhead, copies, stages.stream().map(s -> s.withWeights(bits)).toList());
    }

    /** Most that the process holds as planned. */
    public long peak() {
        return largest().planned;
    }

    /** What the process will likely hold in a stage: no more than planned, with the Java heap as it is instead of its limit. */
    public long likely(Stage stage) {
        return stage.planned - (overhead instanceof JavaMemory java ? java.heap() - java.likely() : 0);
    }

    /** What the process will likely hold at most. */
    public long likelyPeak() {
        return likely(largest());
    }

    /** Most that the process holds with all weights of a stage in memory. */
    public long resident() {
        return stages.stream().mapToLong(Stage::resident).max().orElseThrow();
    }

    /** The stage that needs most as planned. */
    public Stage largest() {
        return stages.stream().max(Comparator.comparingLong(Stage::planned)).orElseThrow();
    }

    /** Bytes by which the peak exceeds the budget, 0 if it does not. */
    public long missing() {
        return limit == 0 ? 0 : Math.max(0, peak() - limit);
    }

    /** The least budget that these stages can keep. */
    public long least() {
        return stages.stream().mapToLong(Stage::least).max().orElseThrow();
    }

    /**
     * Refuses a budget that cannot be kept.
     *
     * @throws InvalidInputException saying how many bytes are missing, where, and what would help
     */
    public void require() {
        long tensors = stages.stream().mapToLong(Stage::tensors).max().orElse(0);
        if (limit > 0 && overhead instanceof JavaMemory java && tensors + copies > java.direct()) {
            throw new InvalidInputException("tensors need " + MemoryBudget.text(tensors + copies) + " outside the Java heap, but Java was started "
                    + "with a limit of " + MemoryBudget.text(java.direct()) + " there; start it with -XX:MaxDirectMemorySize="
                    + (Math.ceilDiv(tensors + copies, 1 << 20) + 1) + "m or more");
        }
        if (missing() > 0) {
            Stage s = largest();
            throw new InvalidInputException((overhead instanceof CudaMemory ? "the GPU's memory budget of " : "the memory budget of ") + MemoryBudget.text(limit) + " cannot be kept: \"" + s.name + "\" needs "
                    + MemoryBudget.text(s.planned) + ", " + MemoryBudget.text(missing()) + " (" + missing() + " bytes) more. " + remedy(s));
        }
    }

    /** What would help where a stage needs too much: the remedy for its largest part. */
    private String remedy(Stage s) {
        long other = overhead.bytes() + copies;
        String budget = "Or allow " + MemoryBudget.text(least()) + ".";
        if (overhead instanceof CudaMemory && other > Math.max(s.largestBlock, s.tensors)) {
            return "Most of it is what CUDA takes for itself, about " + MemoryBudget.text(overhead.bytes()) + ". " + budget
                    + " Or use the CPU (--device cpu).";
        }
        if (overhead instanceof JavaMemory java && java.heap() > Math.max(s.largestBlock, s.tensors)) {
            return "Most of it is the Java heap, which may grow to " + MemoryBudget.text(java.heap()) + ": allow it less with -Xmx. " + budget;
        }
        if (s.tensors >= s.planned - other - s.tensors) {
            return "Most of it are tensors, " + MemoryBudget.text(s.tensors) + ": ask for a smaller picture or a shorter prompt"
                    + (s.name.startsWith("decode") ? ", or decode in tiles (--vae-tile 512). " : ". ") + budget;
        }
        return "Most of it are weights, of which at least one block of " + MemoryBudget.text(s.largestBlock)
                + " is in memory: use quantised weights. " + budget;
    }
}
