package io.github.x2i4j.model.media.webp;

import java.util.zip.DataFormatException;

/**
 * What the first partition of a VP8 key frame says before the macroblocks (RFC 6386, 9 and 19.2).
 *
 * @param segments number of the segments that macroblocks are told to belong to, or null where they are not told
 * @param simpleFilter whether only luma is filtered, by the short filter
 * @param filterLevels filter level of each segment, of macroblocks without (first) and with modes for each block
 * @param sharpness of the filter
 * @param steps of each segment: DC and AC of luma, of luma's second order, of chroma
 * @param tokens probabilities of tokens, [4, 8, 3, 11]
 * @param skip probability, of 256, that a macroblock has coefficients, or -1 where all may have
 * @param parts the partitions with coefficients, rows in turn
 */
record LossyHeader(int[] segments, boolean simpleFilter, int[][] filterLevels, int sharpness, int[][] steps, int[] tokens, int skip,
        BoolDecoder[] parts) {
    private static final int SEGMENTS = 4;
    private static final int LAST_INDEX = 127;
    /** Chroma's DC takes no coarser step than this index has. */
    private static final int LAST_CHROMA_INDEX = 117;

    /**
     * Reads on.
     *
     * @param from where the frame's first partition begins, which {@code first} reads
     * @param firstBytes its length
     * @param end of the frame
     */
    static LossyHeader read(BoolDecoder first, byte[] bytes, int from, int firstBytes, int end) throws DataFormatException {
        first.number(2); // colour space, clamping: without effect
        boolean segmented = first.flag();
        int[] segments = null;
        boolean absolute = true;
        int[] quantizers = new int[SEGMENTS];
        int[] levels = new int[SEGMENTS];
        if (segmented) {
            boolean told = first.flag();
            if (first.flag()) {
                absolute = first.flag();
                for (int s = 0; s < SEGMENTS; s++) {
                    quantizers[s] = first.optional(7);
                }
                for (int s = 0; s < SEGMENTS; s++) {
                    levels[s] = first.optional(6);
                }
            }
            if (told) {
                segments = new int[] {probability(first), probability(first), probability(first)};
            }
        }
        boolean simple = first.flag();
        int level = first.number(6);
        int sharpness = first.number(3);
        int[][] filterLevels = filterLevels(first, level, segmented, absolute, levels);
        BoolDecoder[] parts = parts(1 << first.number(2), bytes, from + firstBytes, end);
        int[][] steps = steps(first, segmented, absolute, quantizers);
        first.flag(); // whether the probabilities last: there is no next frame
        int[] tokens = LossyTables.tokens();
        for (int i = 0; i < tokens.length; i++) {
            if (first.bit(LossyTables.TOKEN_UPDATES[i]) == 1) {
                tokens[i] = first.number(8);
            }
        }
        int skip = first.flag() ? first.number(8) : -1;
        if (first.beyond()) {
            throw new DataFormatException("is truncated: its first partition ends within the header");
        }
        return new LossyHeader(segments, simple, filterLevels, sharpness, steps, tokens, skip, parts);
    }

    private static int probability(BoolDecoder b) {
        return b.flag() ? b.number(8) : 255;
    }

    private static int[][] filterLevels(BoolDecoder b, int level, boolean segmented, boolean absolute, int[] levels) {
        int ofKeyFrames = 0;
        int ofBlockModes = 0;
        if (b.flag() && b.flag()) {
            int[] deltas = new int[8];
            for (int i = 0; i < deltas.length; i++) {
                deltas[i] = b.optional(6);
            }
            ofKeyFrames = deltas[0];
            ofBlockModes = deltas[4];
        }
        int[][] result = new int[SEGMENTS][2];
        for (int s = 0; s < SEGMENTS && level > 0; s++) {
            int base = !segmented ? level : absolute ? levels[s] : level + levels[s];
            result[s][0] = Math.clamp(base + ofKeyFrames, 0, 63);
            result[s][1] = Math.clamp(base + ofKeyFrames + ofBlockModes, 0, 63);
        }
        return result;
    }

    private static int[][] steps(BoolDecoder b, boolean segmented, boolean absolute, int[] quantizers) {
        int base = b.number(7);
        int lumaDc = b.optional(4);
        int secondDc = b.optional(4);
        int secondAc = b.optional(4);
        int chromaDc = b.optional(4);
        int chromaAc = b.optional(4);
        int[][] steps = new int[SEGMENTS][];
        for (int s = 0; s < SEGMENTS; s++) {
            int q = !segmented ? base : absolute ? quantizers[s] : base + quantizers[s];
            steps[s] = new int[] {dc(q + lumaDc, LAST_INDEX), ac(q), 2 * dc(q + secondDc, LAST_INDEX),
                Math.max(8, ac(q + secondAc) * 155 / 100), dc(q + chromaDc, LAST_CHROMA_INDEX), ac(q + chromaAc)};
        }
        return steps;
    }

    private static int dc(int index, int most) {
        return LossyTables.DC_STEPS[Math.clamp(index, 0, most)];
    }

    private static int ac(int index) {
        return LossyTables.AC_STEPS[Math.clamp(index, 0, LAST_INDEX)];
    }

    /** The partitions, whose lengths, but the last one's, stand before them in three bytes each. */
    private static BoolDecoder[] parts(int count, byte[] bytes, int sizes, int end) throws DataFormatException {
        int at = sizes + 3 * (count - 1);
        if (at >= end) {
            throw new DataFormatException("is truncated: its partitions are missing");
        }
        BoolDecoder[] parts = new BoolDecoder[count];
        for (int i = 0; i < count; i++) {
            int size = i == count - 1 ? end - at : Math.min(end - at, WebpPicture.uint24(bytes, sizes + 3 * i));
            parts[i] = new BoolDecoder(bytes, at, at + size);
            at += size;
        }
        return parts;
    }
}
