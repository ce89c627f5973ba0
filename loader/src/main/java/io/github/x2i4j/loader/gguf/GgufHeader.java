package io.github.x2i4j.loader.gguf;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.weights.StoredType;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The header of a GGUF file, versions 2 and 3: magic, version, counts, metadata, tensors; then, from the next multiple of the
 * alignment on, the tensors' bytes. Read as a stream and checked against all that the format promises; memory is proportional to what
 * the header holds, which the file's size and the bounds below limit.
 *
 * @param version of the format
 * @param metadata by key
 * @param tensors by name, shapes outermost dimension first; offsets are of the file
 */
public record GgufHeader(int version, SortedMap<String, GgufValue> metadata, SortedMap<String, TensorInfo> tensors) {
    /** Most tensors of one file. The largest models have some thousand. */
    public static final int MAX_TENSORS = 262_144;

    private static final int MAX_ENTRIES = 65_536;
    private static final int MAX_KEY = 65_535;
    private static final int MAX_NAME = 4_096;
    private static final int MAX_TEXT = 16 << 20;
    /** Bound of a list; vocabularies have some hundred thousand entries. */
    private static final int MAX_LIST = 1 << 21;
    /** Bound of the memory that names and values take. */
    private static final long MAX_HELD = 96L << 20;
    private static final int TEXT_OVERHEAD = 64;
    private static final int MAX_RANK = 4;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_ALIGNMENT = 1 << 16;
    private static final String ALIGNMENT = "general.alignment";

    /** True if a file that begins with these bytes is a GGUF file, of whatever version and byte order. */
    public static boolean isGguf(byte[] start) {
        return start.length >= 4 && start[0] == 'G' && start[1] == 'G' && start[2] == 'U' && start[3] == 'F';
    }

    /**
     * Reads and checks the header of an open file.
     *
     * @throws InvalidInputException naming file, key or tensor, and byte of whatever breaks a promise
     * @throws UnsupportedFeatureException for version 1 and big-endian files
     */
    public static GgufHeader read(Path file, FileChannel channel) throws IOException {
        return new Parser(new GgufReader(file, channel)).header();
    }

    /** What the header says of a tensor before the place of the data is known. */
    private record Entry(String name, StoredType type, long[] dims, long offset, long bytes, long at) {
    }

    private static final class Parser {
        private final GgufReader in;
        private final TreeMap<String, GgufValue> metadata = new TreeMap<>();
        private final TreeMap<String, TensorInfo> tensors = new TreeMap<>();
        private final List<Entry> entries = new ArrayList<>();
        private long held;
        private long alignmentAt;

        Parser(GgufReader in) {
            this.in = in;
        }

        GgufHeader header() throws IOException {
            if (in.i32("the magic number") != 0x46554747) {
                throw in.wrong("does not begin with GGUF", 0);
            }
            int version = in.i32("the version");
            if (Integer.reverseBytes(version) == 2 || Integer.reverseBytes(version) == 3) {
                throw new UnsupportedFeatureException(in.file() + ": is a big-endian GGUF file (byte 4); use one for little-endian machines");
            }
            if (version == 1) {
                throw new UnsupportedFeatureException(in.file() + ": has version 1 of GGUF (byte 4), expected 2 or 3; convert the model again");
            }
            if (version != 2 && version != 3) {
                throw in.wrong("has the GGUF version " + Integer.toUnsignedString(version) + ", expected 2 or 3", 4);
            }
            long tensorCount = in.count("the number of tensors", MAX_TENSORS);
            long entryCount = in.count("the number of metadata entries", MAX_ENTRIES);
            for (long i = 0; i < entryCount; i++) {
                entry();
            }
            long alignment = alignment();
            for (long i = 0; i < tensorCount; i++) {
                tensor(alignment);
            }
            long dataStart = aligned(in.position(), alignment);
            place(dataStart);
            return new GgufHeader(version, Collections.unmodifiableSortedMap(metadata), Collections.unmodifiableSortedMap(tensors));
        }

        private void entry() throws IOException {
            long at = in.position();
            String key = text("a metadata key", MAX_KEY);
            String who = "metadata " + InputFiles.shown(key);
            GgufValue value = value(who, in.i32("the type of " + who));
            if (key.equals(ALIGNMENT)) {
                alignmentAt = at;
            }
            if (metadata.put(key, value) != null) {
                throw in.wrong(who + " stands twice", at);
            }
        }

        /** One value of a type (enum gguf_metadata_value_type). */
        private GgufValue value(String who, int type) throws IOException {
            long at = in.position();
            return switch (type) {
                case 8 -> new GgufValue.Text(text(who));
                case 9 -> list(who);
                case 7 -> new GgufValue.Bool(bool(who));
                case 6, 12 -> new GgufValue.Real(number(who, type, at));
                case 10 -> {
                    long v = in.i64(who);
                    if (v < 0) {
                        throw in.wrong(who + " is " + Long.toUnsignedString(v) + ", which is out of range", at);
                    }
                    yield new GgufValue.Whole(v);
                }
                case 11 -> new GgufValue.Whole(in.i64(who));
                default -> new GgufValue.Whole((long) number(who, type, at));
            };
        }

        private String text(String who) throws IOException {
            return text(who, MAX_TEXT);
        }

        private String text(String who, int most) throws IOException {
            String s = in.text(who, most);
            hold(2L * s.length() + TEXT_OVERHEAD);
            return s;
        }

        private void hold(long bytes) {
            held += bytes;
            if (held > MAX_HELD) {
                throw in.wrong("the names and values of the header take more than " + MAX_HELD + " bytes of memory, which no model's do");
            }
        }

        private boolean bool(String who) throws IOException {
            long at = in.position();
            int b = in.u8(who);
            if (b > 1) {
                throw in.wrong(who + " is " + b + ", expected 0 or 1 for false or true", at);
            }
            return b == 1;
        }

        private double number(String who, int type, long at) throws IOException {
            return switch (type) {
                case 0 -> in.u8(who);
                case 1 -> (byte) in.u8(who);
                case 2 -> in.i16(who) & 0xFFFF;
                case 3 -> in.i16(who);
                case 4 -> in.i32(who) & 0xFFFFFFFFL;
                case 5 -> in.i32(who);
                case 6 -> Float.intBitsToFloat(in.i32(who));
                case 7 -> bool(who) ? 1 : 0;
                case 10, 11 -> in.i64(who);
                case 12 -> Double.longBitsToDouble(in.i64(who));
                default -> throw in.wrong(who + " has the unknown type " + Integer.toUnsignedString(type), at - Integer.BYTES);
            };
        }

        private GgufValue list(String who) throws IOException {
            int type = in.i32("the element type of " + who);
            long at = in.position();
            if (type == 9) {
                throw in.wrong(who + " is a list of lists, which no model has", at - Integer.BYTES);
            }
            // each element takes a byte of the file at least, a string eight
            long most = Math.min(MAX_LIST, Math.max(0, in.remaining() - Long.BYTES) / (type == 8 ? Long.BYTES : 1));
            int n = (int) in.count("the length of " + who, most);
            if (type == 8) {
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < n; i++) {
                    texts.add(text("an entry of " + who));
                }
                return new GgufValue.Texts(Collections.unmodifiableList(texts));
            }
            hold((long) n * Double.BYTES);
            double[] numbers = new double[0];
            for (int i = 0; i < n; i++) {
                if (i == numbers.length) {
                    numbers = Arrays.copyOf(numbers, Math.min(n, Math.max(1024, 2 * i)));
                }
                numbers[i] = number(who, type, at);
            }
            return new GgufValue.Numbers(numbers);
        }

        private long alignment() {
            GgufValue v = metadata.get(ALIGNMENT);
            if (v == null) {
                return DEFAULT_ALIGNMENT;
            }
            if (!(v instanceof GgufValue.Whole w) || w.value() < 1 || w.value() > MAX_ALIGNMENT || Long.bitCount(w.value()) != 1) {
                throw in.wrong(ALIGNMENT + " is " + InputFiles.shown(v.shown()) + ", expected a power of two up to " + MAX_ALIGNMENT, alignmentAt);
            }
            return w.value();
        }

        private void tensor(long alignment) throws IOException {
            long at = in.position();
            String name = text("a tensor's name", MAX_NAME);
            String who = "tensor " + InputFiles.shown(name);
            int rank = in.i32("the rank of " + who);
            if (rank < 0 || rank > MAX_RANK) {
                throw in.wrong(who + " has " + Integer.toUnsignedString(rank) + " dimensions, expected at most " + MAX_RANK, at);
            }
            long[] dims = new long[rank];
            for (int i = rank - 1; i >= 0; i--) {
                dims[i] = in.count("a dimension of " + who, Long.MAX_VALUE);
            }
            long typeAt = in.position();
            int number = in.i32("the type of " + who);
            StoredType type = GgmlTypes.of(number);
            if (type == null) {
                throw in.wrong(who + " has the unknown type " + Integer.toUnsignedString(number), typeAt);
            }
            if (rank > 0 && dims[rank - 1] % type.blockElements() != 0) {
                throw in.wrong(who + ": rows of " + dims[rank - 1] + " elements are no whole number of " + type + " blocks of "
                        + type.blockElements(), at);
            }
            long bytes = bytes(who, type, dims, at);
            long offsetAt = in.position();
            long offset = in.count("the offset of " + who, Long.MAX_VALUE);
            if (offset % alignment != 0) {
                throw in.wrong(who + " begins at offset " + offset + ", which is no multiple of the alignment " + alignment, offsetAt);
            }
            entries.add(new Entry(name, type, dims, offset, bytes, at));
        }

        private long bytes(String who, StoredType type, long[] dims, long at) {
            try {
                long product = 1;
                boolean empty = false;
                for (long d : dims) {
                    empty |= d == 0;
                    product = Math.multiplyExact(product, Math.max(1, d));
                }
                Math.multiplyExact(product, Long.BYTES);
                long bytes = type.bytes(empty ? 0 : product);
                if (bytes < 0) {
                    throw in.wrong(who + ": " + product + " elements are no whole number of " + type + " blocks", at);
                }
                return bytes;
            } catch (ArithmeticException e) {
                throw in.wrong(who + ": the size of shape " + Arrays.toString(dims) + " is out of range", at);
            }
        }

        private static long aligned(long position, long alignment) {
            return Math.ceilDiv(position, alignment) * alignment;
        }

        /** Gives each tensor its place in the file and checks that none leaves it or overlaps another. */
        private void place(long dataStart) {
            for (Entry e : entries) {
                if (e.bytes > 0 && (dataStart > in.size() || e.offset > in.size() - dataStart - e.bytes)) {
                    throw in.wrong("tensor " + InputFiles.shown(e.name) + " should have " + e.bytes + " bytes from offset " + e.offset
                            + " of the data at byte " + dataStart + " on, but the file ends after " + in.size()
                            + "; it is truncated or damaged, fetch it again", e.at);
                }
                if (e.bytes == 0 && e.offset > Math.max(0, in.size() - dataStart)) {
                    throw in.wrong("tensor " + InputFiles.shown(e.name) + " begins behind the end of the file", e.at);
                }
                long place = e.bytes == 0 ? Math.min(dataStart, in.size()) : dataStart + e.offset;
                if (tensors.put(e.name, new TensorInfo(e.name, e.type.name(), Shape.of(e.dims), in.file(), place, e.bytes)) != null) {
                    throw in.wrong("tensor " + InputFiles.shown(e.name) + " stands twice", e.at);
                }
            }
            entries.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::bytes));
            long end = 0;
            String before = "";
            for (Entry e : entries) {
                if (e.bytes > 0 && e.offset < end) {
                    throw in.wrong("tensor " + InputFiles.shown(e.name) + " overlaps tensor " + InputFiles.shown(before), e.at);
                }
                if (e.bytes > 0) {
                    end = e.offset + e.bytes;
                    before = e.name;
                }
            }
        }
    }
}
