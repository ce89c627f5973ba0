package io.github.x2i4j.model.media.audio;

import com.jcraft.jogg.Buffer;

/**
 * Checks the headers of a Vorbis stream (Vorbis I specification, 4.2) before JOrbis reads them: it allocates what they claim. What is
 * wrong in a way that costs no memory is left for it to find.
 */
final class VorbisSetup {
    private static final int MAGIC_BITS = 8 * 7;
    private static final int BOOK_SYNC = 0x564342;
    /** Values of all codebooks together, some hundred times as many as encoders use. */
    private static final long MOST_VALUES = 1 << 22;
    private static final int LARGEST_BLOCK_BITS = 13;

    private final Buffer bits = new Buffer();
    private int[] dimensions;
    private int[] entries;

    private VorbisSetup(byte[] packet, int from, int length) {
        bits.readinit(packet, from, length);
    }

    /** Something that no stream that can be decoded says. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message, null, false, false);
        }
    }

    /** Frames of the larger of the two blocks that the identification header names; its layout is checked before. */
    static int largestBlock(byte[] packet, int from) {
        return 1 << (packet[from + 28] >> 4 & 15);
    }

    /** Why the identification header is refused, or null. */
    static String refusal(int channels, int largestBlock) {
        if (channels < 1 || channels > AudioDecoder.MOST_CHANNELS) {
            return "it has " + channels + " channels";
        }
        return largestBlock > 1 << LARGEST_BLOCK_BITS ? "its blocks have " + largestBlock + " frames" : null;
    }

    /**
     * Why the setup header is refused, or null.
     *
     * @param most values of a block, over all channels
     */
    static String refusal(byte[] packet, int from, int length, long most) {
        try {
            new VorbisSetup(packet, from, length).check(most);
            return null;
        } catch (Refused e) {
            return e.getMessage();
        }
    }

    private void check(long most) throws Refused {
        skip(MAGIC_BITS);
        int books = 1 + read(8);
        dimensions = new int[books];
        entries = new int[books];
        long values = 0;
        for (int k = 0; k < books; k++) {
            book(k);
            values += (long) entries[k] * Math.max(1, dimensions[k]);
            if (values > MOST_VALUES) {
                throw new Refused("its codebooks claim more than " + MOST_VALUES + " values");
            }
        }
        for (int times = 1 + read(6); times > 0; times--) {
            read(16);
        }
        for (int floors = 1 + read(6); floors > 0; floors--) {
            floor();
        }
        for (int residues = 1 + read(6); residues > 0; residues--) {
            residue(most);
        }
    }

    private void book(int k) throws Refused {
        if (read(24) != BOOK_SYNC) {
            throw new Refused("a codebook does not begin as it should");
        }
        dimensions[k] = read(16);
        entries[k] = read(24);
        if ((long) entries[k] * Math.max(1, dimensions[k]) > MOST_VALUES) {
            throw new Refused("a codebook claims " + entries[k] + " entries of " + dimensions[k] + " values");
        }
        if (flag()) {
            read(5);
            for (int entry = 0; entry < entries[k];) {
                entry += read(Integer.SIZE - Integer.numberOfLeadingZeros(entries[k] - entry));
            }
        } else {
            boolean sparse = flag();
            for (int entry = 0; entry < entries[k]; entry++) {
                if (!sparse || flag()) {
                    read(5);
                }
            }
        }
        int lookup = read(4);
        if (lookup == 0) {
            return;
        }
        if (lookup > 2 || dimensions[k] == 0) {
            throw new Refused("a codebook has a table of kind " + lookup);
        }
        skip(32);
        skip(32);
        int width = 1 + read(4);
        read(1);
        long count = lookup == 2 ? (long) entries[k] * dimensions[k] : root(entries[k], dimensions[k]);
        for (long i = 0; i < count; i++) {
            read(width);
        }
    }

    /** The largest whole number whose power is at most {@code n}. */
    private static int root(int n, int power) {
        int r = (int) Math.floor(Math.pow(n, 1.0 / power));
        while (atMost(r + 1, power, n)) {
            r++;
        }
        while (r > 0 && !atMost(r, power, n)) {
            r--;
        }
        return r;
    }

    private static boolean atMost(long base, int power, long limit) {
        long product = 1;
        for (int i = 0; i < power && product <= limit && base > 1; i++) {
            product *= base;
        }
        return product <= limit;
    }

    private void floor() throws Refused {
        int kind = read(16);
        if (kind == 0) {
            skip(8 + 16);
            skip(16 + 6 + 8);
            for (int books = 1 + read(4); books > 0; books--) {
                read(8);
            }
            return;
        }
        if (kind != 1) {
            throw new Refused("a floor is of kind " + kind);
        }
        int[] classes = new int[read(5)];
        int most = -1;
        for (int i = 0; i < classes.length; i++) {
            classes[i] = read(4);
            most = Math.max(most, classes[i]);
        }
        int[] dims = new int[most + 1];
        for (int c = 0; c <= most; c++) {
            dims[c] = 1 + read(3);
            int subclasses = read(2);
            skip(subclasses > 0 ? 8 : 0);
            for (int i = 0; i < 1 << subclasses; i++) {
                read(8);
            }
        }
        read(2);
        int width = read(4);
        for (int c : classes) {
            for (int i = 0; i < dims[c]; i++) {
                read(width);
            }
        }
    }

    private void residue(long most) throws Refused {
        int kind = read(16);
        int begin = read(24);
        int end = read(24);
        int each = 1 + read(24);
        int classes = 1 + read(6);
        int book = read(8);
        if (kind > 2 || begin > end || end > most || book >= entries.length
                || !atMost(classes, dimensions[book], entries[book])) {
            throw new Refused("a residue of kind " + kind + " covers values " + begin + " to " + end + " in parts of " + each + ", of "
                    + classes + " classes");
        }
        int books = 0;
        for (int c = 0; c < classes; c++) {
            int stages = read(3) | (flag() ? read(5) << 3 : 0);
            books += Integer.bitCount(stages);
        }
        for (int i = 0; i < books; i++) {
            read(8);
        }
    }

    private boolean flag() throws Refused {
        return read(1) == 1;
    }

    private void skip(int count) throws Refused {
        for (int left = count; left > 0; left -= 8) {
            read(Math.min(8, left));
        }
    }

    private int read(int count) throws Refused {
        int v = count == 0 ? 0 : bits.read(count);
        if (v < 0) {
            throw new Refused("its setup ends early");
        }
        return v;
    }
}
