package io.github.x2i4j.model.media.webp;

import java.util.Arrays;
import java.util.zip.DataFormatException;

/** Decodes a VP8 key frame (RFC 6386) into luma and chroma. */
final class LossyFrame {
    private static final int HEADER = 10;
    private static final int MACROBLOCK = 16;
    private static final int SIDE_BITS = 14;
    /** The tree of a block's mode: a positive number is the next node, others are modes negated. */
    private static final int[] MODES = {-Prediction.DC, 1, -Prediction.TRUE_MOTION, 2, -Prediction.VERTICAL, 3, 4, 6,
        -Prediction.HORIZONTAL, 5, -Prediction.DOWN_RIGHT, -Prediction.VERTICAL_RIGHT, -Prediction.DOWN_LEFT, 7,
        -Prediction.VERTICAL_LEFT, 8, -Prediction.HORIZONTAL_DOWN, -Prediction.HORIZONTAL_UP};
    private static final int MODE_NODES = 9;
    private static final int NUM_MODES = 10;

    private final int columns;
    private final int rows;
    private final BoolDecoder first;
    private final LossyHeader header;
    private final Plane[] planes;
    private final Prediction prediction = new Prediction();
    private final Residual residual;
    /** Modes of the blocks above, for all columns, and to the left. */
    private final int[] modesAbove;
    private final int[] modesLeft = new int[4];
    private final boolean[][] fullAbove;
    private final boolean[] fullLeft = new boolean[9];
    private final int[] blockModes = new int[16];

    private LossyFrame(byte[] bytes, int from, int end) throws DataFormatException {
        Size size = size(bytes, from, end);
        columns = Math.ceilDiv(size.width, MACROBLOCK);
        rows = Math.ceilDiv(size.height, MACROBLOCK);
        int firstBytes = WebpPicture.uint24(bytes, from) >> 5;
        int at = from + HEADER;
        if (firstBytes > end - at) {
            throw new DataFormatException("is truncated: its first partition has " + firstBytes + " bytes, " + (end - at) + " are there");
        }
        first = new BoolDecoder(bytes, at, at + firstBytes);
        header = LossyHeader.read(first, bytes, at, firstBytes, end);
        residual = new Residual(header.tokens());
        int width = columns * MACROBLOCK;
        int height = rows * MACROBLOCK;
        planes = new Plane[] {Plane.of(width, height), Plane.of(width / 2, height / 2), Plane.of(width / 2, height / 2)};
        modesAbove = new int[4 * columns];
        fullAbove = new boolean[columns][9];
    }

    /** Pixels a row, rows. */
    record Size(int width, int height) {
    }

    /** What a frame says of its size. */
    static Size size(byte[] bytes, int from, int end) throws DataFormatException {
        if (end - from < HEADER) {
            throw new DataFormatException("is truncated: its frame has " + (end - from) + " bytes");
        }
        boolean key = (bytes[from] & 1) == 0;
        if (!key || WebpPicture.uint24(bytes, from + 3) != 0x2A019D) {
            throw new DataFormatException("is corrupt: its VP8 frame at byte " + from + " is no key frame");
        }
        int mask = (1 << SIDE_BITS) - 1;
        return new Size(WebpPicture.uint16(bytes, from + 6) & mask, WebpPicture.uint16(bytes, from + 8) & mask);
    }

    /** Luma and the two chromas, whole macroblocks, of the frame in [from, end). */
    static Plane[] decode(byte[] bytes, int from, int end) throws DataFormatException {
        return new LossyFrame(bytes, from, end).decode();
    }

    private Plane[] decode() throws DataFormatException {
        byte[] levels = new byte[columns * rows];
        boolean[] inner = new boolean[columns * rows];
        for (int row = 0; row < rows; row++) {
            BoolDecoder part = header.parts()[row & header.parts().length - 1];
            Arrays.fill(modesLeft, Prediction.DC);
            Arrays.fill(fullLeft, false);
            for (int column = 0; column < columns; column++) {
                int segment = segment();
                boolean empty = header.skip() >= 0 && first.bit(header.skip()) == 1;
                boolean separate = readModes(column);
                int chromaMode = chromaMode();
                boolean full = false;
                if (empty) {
                    clear(fullAbove[column], separate);
                    clear(fullLeft, separate);
                } else {
                    full = residual.read(part, header.steps()[segment], separate, fullAbove[column], fullLeft);
                }
                if (first.beyond() || part.beyond()) {
                    throw new DataFormatException("is truncated: it ends in row " + row * MACROBLOCK + " of "
                            + rows * MACROBLOCK);
                }
                luma(column, row, separate, full);
                chroma(column, row, chromaMode, full);
                levels[row * columns + column] = (byte) header.filterLevels()[segment][separate ? 1 : 0];
                inner[row * columns + column] = separate || full;
            }
        }
        // Pixels are predicted from unfiltered ones, so that filtering waits for the whole picture.
        LoopFilter filter = new LoopFilter(header.simpleFilter(), header.sharpness());
        for (int i = 0; i < levels.length; i++) {
            filter.filter(planes, i % columns, i / columns, levels[i], inner[i]);
        }
        return planes;
    }

    /** No coefficients; those of the second order are unknown where the blocks have modes. */
    private static void clear(boolean[] full, boolean separate) {
        Arrays.fill(full, 0, separate ? 8 : 9, false);
    }

    private int segment() {
        int[] p = header.segments();
        return p == null ? 0 : first.bit(p[0]) == 0 ? first.bit(p[1]) : 2 + first.bit(p[2]);
    }

    /** Reads the luma modes of a macroblock; whether each block has its own. */
    private boolean readModes(int column) {
        boolean separate = first.bit(145) == 0;
        if (!separate) {
            int mode = first.bit(156) == 1 ? first.bit(128) == 1 ? Prediction.TRUE_MOTION : Prediction.HORIZONTAL
                    : first.bit(163) == 1 ? Prediction.VERTICAL : Prediction.DC;
            Arrays.fill(modesAbove, 4 * column, 4 * column + 4, mode);
            Arrays.fill(modesLeft, mode);
            blockModes[0] = mode;
            return false;
        }
        for (int k = 0; k < blockModes.length; k++) {
            int above = 4 * column + k % 4;
            int p = (modesAbove[above] * NUM_MODES + modesLeft[k / 4]) * MODE_NODES;
            int node = 0;
            do {
                node = MODES[2 * node + first.bit(LossyTables.BLOCK_MODES[p + node])];
            } while (node > 0);
            blockModes[k] = -node;
            modesAbove[above] = -node;
            modesLeft[k / 4] = -node;
        }
        return true;
    }

    private int chromaMode() {
        return first.bit(142) == 0 ? Prediction.DC : first.bit(114) == 0 ? Prediction.VERTICAL
                : first.bit(183) == 1 ? Prediction.TRUE_MOTION : Prediction.HORIZONTAL;
    }

    private void luma(int column, int row, boolean separate, boolean full) {
        int x0 = column * MACROBLOCK;
        int y0 = row * MACROBLOCK;
        if (!separate) {
            Prediction.square(planes[0], x0, y0, MACROBLOCK, blockModes[0]);
        }
        for (int k = 0; k < blockModes.length; k++) {
            int x = x0 + k % 4 * 4;
            int y = y0 + k / 4 * 4;
            if (separate) {
                prediction.block(planes[0], x, y, y0, blockModes[k]);
            }
            if (full) {
                residual.add(k, planes[0], x, y);
            }
        }
    }

    private void chroma(int column, int row, int mode, boolean full) {
        int size = MACROBLOCK / 2;
        for (int plane = 1; plane <= 2; plane++) {
            Prediction.square(planes[plane], column * size, row * size, size, mode);
            for (int k = 0; full && k < 4; k++) {
                residual.add(12 + 4 * plane + k, planes[plane], column * size + k % 2 * 4, row * size + k / 2 * 4);
            }
        }
    }
}
