package io.github.x2i4j.model.media.webp;

import java.util.Arrays;
import java.util.zip.DataFormatException;

/** A prefix code of a lossless picture (WebP Lossless Bitstream, 6): canonical, at most 15 bits, complete, or of a single symbol. */
final class PrefixCode {
    private static final int LONGEST = 15;
    /** Codes up to so many bits are looked up at once; the tables of longer ones hang behind. */
    private static final int ROOT_BITS = 8;
    private static final int LENGTH_BITS = 4;
    private static final int[] ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    private static final int REPEAT_PREVIOUS = 16;
    private static final int REPEAT_ZERO = 17;
    private static final int FIRST_PREVIOUS = 8;

    /** Symbols in the order of their codes; a single one has no code, and the rest is not needed. */
    private final int[] symbols;
    /** For each length: the first code after those of that length, filled up to 15 bits; the symbols before it. */
    private final int[] limit;
    private final int[] before;
    /** By the next bits: symbol and length of the code, 0 where it is longer. */
    private final int[] root;

    private PrefixCode(int[] lengths) throws DataFormatException {
        int[] count = new int[LONGEST + 1];
        for (int length : lengths) {
            count[length]++;
        }
        int used = lengths.length - count[0];
        symbols = new int[used];
        if (used <= 1) {
            if (used == 0) {
                throw new DataFormatException("is corrupt: one of its prefix codes has no symbol");
            }
            for (int s = 0; s < lengths.length; s++) {
                symbols[0] += lengths[s] > 0 ? s : 0;
            }
            limit = symbols;
            before = symbols;
            root = null;
            return;
        }
        count[0] = 0;
        limit = new int[LONGEST + 1];
        before = new int[LONGEST + 1];
        int[] next = new int[LONGEST + 1];
        int code = 0;
        int sum = 0;
        for (int length = 1; length <= LONGEST; length++) {
            next[length] = sum;
            before[length] = sum - (code >> LONGEST - length);
            sum += count[length];
            code += count[length] << LONGEST - length;
            limit[length] = code;
        }
        if (code != 1 << LONGEST) {
            throw new DataFormatException("is corrupt: one of its prefix codes is not complete");
        }
        for (int s = 0; s < lengths.length; s++) {
            if (lengths[s] > 0) {
                symbols[next[lengths[s]]++] = s;
            }
        }
        root = new int[1 << Math.min(ROOT_BITS, Arrays.stream(lengths).max().getAsInt())];
        fillRoot();
    }

    private void fillRoot() {
        int bits = Integer.numberOfTrailingZeros(root.length);
        for (int i = 0; i < root.length; i++) {
            int code = Integer.reverse(i) >>> Integer.SIZE - LONGEST;
            int length = length(code);
            if (length <= bits) {
                root[i] = symbols[before[length] + (code >> LONGEST - length)] << LENGTH_BITS | length;
            }
        }
    }

    /** Length of the code that 15 bits begin with. */
    private int length(int code) {
        int length = 1;
        while (code >= limit[length]) {
            length++;
        }
        return length;
    }

    /** The next symbol. */
    int read(LosslessBits bits) throws DataFormatException {
        if (root == null) {
            return symbols[0];
        }
        int ahead = bits.peek(LONGEST);
        int entry = root[ahead & root.length - 1];
        if (entry != 0) {
            bits.skip(entry & (1 << LENGTH_BITS) - 1);
            return entry >> LENGTH_BITS;
        }
        int code = Integer.reverse(ahead) >>> Integer.SIZE - LONGEST;
        int length = length(code);
        bits.skip(length);
        return symbols[before[length] + (code >> LONGEST - length)];
    }

    /** Reads a code for symbols below {@code alphabet}. */
    static PrefixCode read(LosslessBits bits, int alphabet) throws DataFormatException {
        return new PrefixCode(bits.flag() ? simple(bits, alphabet) : lengths(bits, alphabet));
    }

    private static int[] simple(LosslessBits bits, int alphabet) throws DataFormatException {
        int[] lengths = new int[Math.max(alphabet, 256)];
        boolean two = bits.flag();
        int first = bits.read(bits.flag() ? 8 : 1);
        lengths[first] = 1;
        if (two) {
            lengths[bits.read(8)] = 1;
        }
        for (int s = alphabet; s < lengths.length; s++) {
            if (lengths[s] > 0) {
                throw bits.corrupt("a symbol " + s + " of " + alphabet);
            }
        }
        return lengths;
    }

    private static int[] lengths(LosslessBits bits, int alphabet) throws DataFormatException {
        int[] codeLengths = new int[ORDER.length];
        int count = 4 + bits.read(4);
        for (int i = 0; i < count; i++) {
            codeLengths[ORDER[i]] = bits.read(3);
        }
        PrefixCode code = new PrefixCode(codeLengths);
        int left = alphabet;
        if (bits.flag()) {
            left = 2 + bits.read(2 + 2 * bits.read(3));
            if (left > alphabet) {
                throw bits.corrupt("a code of " + left + " symbols, of " + alphabet);
            }
        }
        int[] lengths = new int[alphabet];
        int previous = FIRST_PREVIOUS;
        for (int s = 0; s < alphabet && left > 0; left--) {
            int length = code.read(bits);
            if (length < REPEAT_PREVIOUS) {
                lengths[s++] = length;
                previous = length == 0 ? previous : length;
                continue;
            }
            int times = length == REPEAT_PREVIOUS ? 3 + bits.read(2) : length == REPEAT_ZERO ? 3 + bits.read(3) : 11 + bits.read(7);
            if (times > alphabet - s) {
                throw bits.corrupt("a code of more than " + alphabet + " symbols");
            }
            Arrays.fill(lengths, s, s + times, length == REPEAT_PREVIOUS ? previous : 0);
            s += times;
        }
        return lengths;
    }
}
