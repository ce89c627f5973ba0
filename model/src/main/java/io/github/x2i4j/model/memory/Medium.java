package io.github.x2i4j.model.memory;

import java.util.List;

/** What weights come to: it decides what they take beside their own bytes. */
enum Medium {
    /** Pages of mapped files. The system brings pages around those that are read into memory, and they stay when those go. */
    PAGES {
        @Override
        long around(List<Range> weights) {
            return 2 * Range.AROUND * Range.runs(weights);
        }

        @Override
        long pair(List<Trace.Visit> blocks) {
            return blocks.stream().mapToLong(Trace.Visit::bytes).map(b -> -b).sorted().limit(2).map(b -> -b).sum();
        }
    },
    /** A GPU's memory. Weights begin at multiples of some bytes, and blocks that stream share slots of one size. */
    DEVICE {
        private static final long ALIGNMENT = 512;

        @Override
        long around(List<Range> weights) {
            return ALIGNMENT * weights.size();
        }

        @Override
        long pair(List<Trace.Visit> blocks) {
            return 2 * blocks.stream().mapToLong(Trace.Visit::bytes).max().orElse(0);
        }
    };

    /** Bytes that weights, of one block or of none, take beside their own, at most. */
    abstract long around(List<Range> weights);

    /** Most that a block in use and the next take together, whichever they are. */
    abstract long pair(List<Trace.Visit> blocks);
}
