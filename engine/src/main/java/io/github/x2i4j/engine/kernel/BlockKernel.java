package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.lang.foreign.MemorySegment;

/**
 * How a kernel set multiplies a block of a large product: where it keeps panels, what it stores in them, and how much it does at
 * once. Panels consist of words of four bytes: an F32, or a pair of BF16 that belong to neighbouring k.
 *
 * <p>A panel of the left operand holds rows of a block, {@link TileKernel#DEPTH} words apart. A panel of the right operand holds
 * {@link #columns()} columns: one row of words for each word of k.
 *
 * @param <P> memory that holds panels
 */
public interface BlockKernel<P> {
    /** Rows of the left operand's block. */
    interface Rows {
        /** Writes elements {@code k} to {@code k + n} of a row to {@code to} from {@code at} on. */
        void pack(int row, int k, int n, float[] to, int at);

        /** Copies them as they are to byte {@code at} of native memory, if they are stored as {@code dtype}; returns false otherwise. */
        boolean copy(int row, int k, int n, DType dtype, MemorySegment to, long at);

        /** Copies the first {@code rows} rows, each {@code stride} bytes after the one before. */
        default boolean copyRows(int rows, int k, int n, DType dtype, MemorySegment to, long at, long stride) {
            for (int i = 0; i < rows; i++) {
                if (!copy(i, k, n, dtype, to, at + i * stride)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Writes a panel of the right operand, k by {@link #columns()}, to {@code to} from {@code at} on. */
    interface Columns {
        void pack(float[] to, int at);
    }

    /** Rows that are computed together; a block is padded to a multiple. */
    int rows();

    /** Columns of a panel. */
    int columns();

    /** The most k that one call sums up. */
    int depth();

    /** Words that {@code k} elements of a row take; those of a sum of multiples of {@link #depth()} and a rest add up. */
    int words(int k);

    /** Elements of k in a word: one, or two that are stored as a pair. */
    default int elementsPerWord() {
        return depth() / TileKernel.DEPTH;
    }

    /** Memory for so many words, with undefined content. */
    P take(MemoryPool pool, FloatPool floats, long words);

    /** Takes such memory back. */
    void give(MemoryPool pool, FloatPool floats, P memory);

    /**
     * Packs {@code rows} rows of {@code n} elements, and zeros up to a multiple of {@link #rows()}. Each slice of {@link #depth()}
     * elements begins {@code sliceWords} words after the one before.
     */
    void packRows(Rows source, int rows, int n, FloatPool floats, P to, int sliceWords);

    /** Packs a panel of {@code k} elements to the words from {@code at} on. */
    void packColumns(Columns source, int k, FloatPool floats, P to, long at);

    /** Stores {@code n} words: they hold the elements of {@code first} from {@code from} on, or the pairs of these and those of {@code second}. */
    void writeWords(float[] first, float[] second, int from, int n, P to, long at);

    /**
     * The patches of a convolution that neighbouring places of a picture begin with. The picture lies in planes of words.
     *
     * @param height lines of a patch
     * @param width words of a line of a patch
     * @param planeStep words from one plane to the next
     * @param lineStep words from one line to the next
     */
    record Patches(int planes, int height, int width, long planeStep, long lineStep) {
        /** Words of a patch: places in the kernel of each plane, line by line. */
        public int words() {
            return planes * height * width;
        }
    }

    /**
     * Packs a panel of the right operand to the words from {@code toAt} on: column j is the patch that begins at word {@code at + j} of
     * the first plane.
     */
    void packPatches(Patches patches, P planes, long at, P to, long toAt);

    /**
     * {@code c (+)= a b} for tiles of rows and panels of columns.
     *
     * @param n elements of k, at most {@link #depth()}
     * @param aAt word that the slice of a begins with
     * @param bAt word that the first panel begins with
     * @param bStep words from one panel to the next
     * @param stride floats from one row of c to the next
     */
    void multiply(int n, P a, int aAt, int tiles, P b, long bAt, long bStep, int panels, P c, int stride, boolean add);

    /**
     * A step of an online softmax (Milakov and Gimelshein, 2018) on rows of scores that are {@link TileKernel#DEPTH} words apart:
     *
     * <pre>
     * m = max(before, scores)    sums, out *= e^(before - m)    scores = e^(scores - m)    sums += scores    before = m
     * </pre>
     *
     * <p>The exponentials take the place of the scores and are rows of a left operand of {@link #multiply}.
     *
     * @param n scores of a row, a multiple of {@link RunKernels#LANES} and at most {@link TileKernel#DEPTH}
     * @param state {@link #STATE} floats for each row: {@link RunKernels#LANES} partial sums, then {@code before}, in all that are left
     * @param out so many panels of {@link #columns()} floats for each row, one row after the other
     */
    void softmax(RunKernels runs, P scores, int rows, int n, P state, P out, int panels);

    /** Floats that {@link #softmax} keeps for each row. */
    int STATE = RunKernels.LANES + 16;

    /**
     * As {@link #multiply(int, Object, int, int, Object, long, long, int, Object, int, boolean)}, while {@code ahead} is brought near where
     * the kernel can do that.
     */
    default void multiply(int n, P a, int aAt, int tiles, P b, long bAt, long bStep, int panels, P c, int stride, boolean add, Ahead ahead) {
        multiply(n, a, aAt, tiles, b, bAt, bStep, panels, c, stride, add);
    }

    /**
     * Memory that will be read soon: pieces of {@link #BYTES} bytes. It is not accessed, only named to the processor, so it may be any
     * memory, that of a mapped file included, and reach beyond its end.
     *
     * @param address where the first piece begins
     * @param stride bytes from one piece to the next
     * @param pieces 0 for nothing
     */
    record Ahead(long address, long stride, int pieces) {
        /** Bytes of a piece: the longest slice of F32. */
        public static final int BYTES = TileKernel.DEPTH * Float.BYTES;

        /** Nothing. */
        public static final Ahead NOTHING = new Ahead(0, 0, 0);
    }

    /** Copies {@code n} floats of c. */
    void read(P c, long at, float[] to, int toAt, int n);

    /** Sets {@code n} floats of c. */
    void write(float[] from, int fromAt, P c, long at, int n);
}
