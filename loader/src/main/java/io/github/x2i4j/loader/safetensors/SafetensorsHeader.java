package io.github.x2i4j.loader.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.json.JsonStream;
import io.github.x2i4j.loader.weights.StoredType;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The header of a safetensors file, checked against everything the format promises: 8 bytes length (little endian), that many bytes
 * of JSON, then the tensors' bytes without overlap, hole or tail. The JSON is read as a stream: memory is what the result takes.
 *
 * @param tensors by name; offsets are of the file
 * @param metadata the {@code __metadata__} strings
 * @param bytes length of the JSON text
 */
public record SafetensorsHeader(SortedMap<String, TensorInfo> tensors, SortedMap<String, String> metadata, long bytes) {
    /** Longest header the format allows. */
    public static final int MAX_BYTES = 100_000_000;

    /**
     * Most tensors, and most metadata entries, of one file: bounds memory and time where a header is made of tiny entries. The largest
     * models have some thousand tensors in a file.
     */
    public static final int MAX_ENTRIES = 262_144;

    /** Characters of all names and metadata that are kept. */
    private static final long MAX_TEXT = 32L << 20;
    private static final int MAX_RANK = 16;
    private static final String METADATA = "__metadata__";

    /**
     * Reads and checks the header of an open file.
     *
     * @throws InvalidInputException naming file, tensor and byte offset of whatever breaks a promise
     */
    public static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < 8) {
            throw InputFiles.wrong(file, "has " + size + " bytes, too short for a safetensors file");
        }
        ByteBuffer length = readFully(file, channel, 0, 8);
        long n = length.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        if (n < 0 || n > MAX_BYTES) {
            throw InputFiles.wrong(file, "the header length at byte 0 says " + Long.toUnsignedString(n) + " bytes, the format allows at most "
                    + MAX_BYTES + "; this is no safetensors file or it is damaged");
        }
        if (n > size - 8) {
            throw InputFiles.wrong(file, "the header length at byte 0 says " + n + " bytes, but the file ends after " + size
                    + "; it is truncated, fetch it again");
        }
        if (n == 0) {
            throw InputFiles.wrong(file, "the header length at byte 0 is 0");
        }
        if (readFully(file, channel, 8, 1).get(0) != '{') {
            throw InputFiles.wrong(file, "the header at byte 8 does not begin with '{'");
        }
        try (JsonStream json = JsonStream.part(file, channel, 8, n)) {
            Reader reader = new Reader(file, json, 8 + n, size);
            try {
                reader.header(json.parser());
            } catch (IOException e) {
                throw json.broken(e);
            }
            reader.checkLayout();
            return new SafetensorsHeader(Collections.unmodifiableSortedMap(reader.tensors),
                    Collections.unmodifiableSortedMap(reader.metadata), n);
        }
    }

    private static ByteBuffer readFully(Path file, FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw InputFiles.wrong(file, "ends at byte " + (position + buffer.position()) + " while it was read");
            }
        }
        return buffer;
    }

    /** Walks through the JSON text once. */
    private static final class Reader {
        private final Path file;
        private final JsonStream json;
        private final long dataStart;
        private final long fileSize;
        private final TreeMap<String, TensorInfo> tensors = new TreeMap<>();
        private final TreeMap<String, String> metadata = new TreeMap<>();
        private boolean metadataSeen;
        private long textKept;

        Reader(Path file, JsonStream json, long dataStart, long fileSize) {
            this.file = file;
            this.json = json;
            this.dataStart = dataStart;
            this.fileSize = fileSize;
        }

        void header(JsonParser p) throws IOException {
            expect(p, p.nextToken(), JsonToken.START_OBJECT, "the header");
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String name = p.currentName();
                long at = json.place();
                p.nextToken();
                if (name.equals(METADATA)) {
                    if (metadataSeen) {
                        throw wrong(METADATA + " stands twice in the header", at);
                    }
                    metadataSeen = true;
                    metadata(p);
                } else {
                    TensorInfo t = tensor(p, name);
                    if (tensors.size() == MAX_ENTRIES) {
                        throw wrong("the header names more than " + MAX_ENTRIES + " tensors", at);
                    }
                    keep(name, at);
                    if (tensors.put(name, t) != null) {
                        throw wrong(tensorNamed(name) + " stands twice in the header", at);
                    }
                }
            }
            if (p.nextToken() != null) {
                throw wrong("the header goes on after its closing brace", json.place());
            }
        }

        private void metadata(JsonParser p) throws IOException {
            expect(p, p.currentToken(), JsonToken.START_OBJECT, METADATA);
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String key = p.currentName();
                long at = json.place();
                expect(p, p.nextToken(), JsonToken.VALUE_STRING, METADATA + " entry " + InputFiles.shown(key));
                if (metadata.size() == MAX_ENTRIES) {
                    throw wrong(METADATA + " has more than " + MAX_ENTRIES + " entries", at);
                }
                keep(key, at);
                keep(p.getText(), at);
                if (metadata.put(key, p.getText()) != null) {
                    throw wrong(METADATA + " entry " + InputFiles.shown(key) + " stands twice", at);
                }
            }
        }

        private void keep(String text, long at) {
            textKept += text.length();
            if (textKept > MAX_TEXT) {
                throw wrong("the names and " + METADATA + " have more than " + MAX_TEXT + " characters", at);
            }
        }

        private TensorInfo tensor(JsonParser p, String name) throws IOException {
            String who = tensorNamed(name);
            expect(p, p.currentToken(), JsonToken.START_OBJECT, who);
            long at = json.place();
            StoredType dtype = null;
            long[] dims = null;
            long[] range = null;
            while (p.nextToken() == JsonToken.FIELD_NAME) {
                String field = p.currentName();
                long fieldAt = json.place();
                JsonToken value = p.nextToken();
                switch (field) {
                    case "dtype" -> {
                        requireFirst(dtype == null, who, field, fieldAt);
                        expect(p, value, JsonToken.VALUE_STRING, who + ": dtype");
                        dtype = StoredType.byName(p.getText());
                        if (dtype == null) {
                            throw wrong(who + " has the unknown dtype " + InputFiles.shown(p.getText()), fieldAt);
                        }
                    }
                    case "shape" -> {
                        requireFirst(dims == null, who, field, fieldAt);
                        dims = sizes(p, who + ": shape", MAX_RANK);
                    }
                    case "data_offsets" -> {
                        requireFirst(range == null, who, field, fieldAt);
                        range = sizes(p, who + ": data_offsets", 2);
                    }
                    default -> p.skipChildren();
                }
            }
            if (dtype == null || dims == null || range == null) {
                throw wrong(who + " has no " + (dtype == null ? "dtype" : dims == null ? "shape" : "data_offsets"), at);
            }
            return checked(name, dtype, dims, range, at);
        }

        private TensorInfo checked(String name, StoredType dtype, long[] dims, long[] range, long at) {
            String who = tensorNamed(name);
            if (range.length != 2) {
                throw wrong(who + ": data_offsets has " + range.length + " numbers, expected 2", at);
            }
            long begin = range[0];
            long end = range[1];
            if (begin > end) {
                throw wrong(who + ": data_offsets begin at " + begin + " and end before, at " + end, at);
            }
            if (end > fileSize - dataStart) {
                throw wrong(who + ": data_offsets end at " + end + ", but the file holds only " + (fileSize - dataStart)
                        + " bytes of data; it is truncated or damaged", at);
            }
            long bytes;
            try {
                bytes = dtype.bytes(elements(dims));
            } catch (ArithmeticException e) {
                throw wrong(who + ": the size of shape " + java.util.Arrays.toString(dims) + " is out of range", at);
            }
            if (bytes != end - begin) {
                throw wrong(who + " has " + (end - begin) + " bytes of data, but " + dtype + " " + java.util.Arrays.toString(dims) + " needs "
                        + (bytes < 0 ? "a whole number of bytes" : String.valueOf(bytes)), at);
            }
            return new TensorInfo(name, dtype.name(), Shape.of(dims), file, dataStart + begin, bytes);
        }

        /** Product of all dimensions; a zero does not hide that the others overflow. */
        private static long elements(long[] dims) {
            long product = 1;
            boolean empty = false;
            for (long d : dims) {
                if (d == 0) {
                    empty = true;
                } else {
                    product = Math.multiplyExact(product, d);
                }
            }
            return empty ? 0 : product;
        }

        private long[] sizes(JsonParser p, String who, int longest) throws IOException {
            expect(p, p.currentToken(), JsonToken.START_ARRAY, who);
            long[] out = new long[4];
            int n = 0;
            while (p.nextToken() != JsonToken.END_ARRAY) {
                expect(p, p.currentToken(), JsonToken.VALUE_NUMBER_INT, who);
                if (n == longest) {
                    throw wrong(who + " has more than " + longest + " numbers", json.place());
                }
                if (p.getNumberType() == JsonParser.NumberType.BIG_INTEGER || p.getLongValue() < 0) {
                    throw wrong(who + " holds " + InputFiles.shown(p.getText()) + ", which is out of range", json.place());
                }
                if (n == out.length) {
                    out = java.util.Arrays.copyOf(out, 2 * n);
                }
                out[n++] = p.getLongValue();
            }
            return java.util.Arrays.copyOf(out, n);
        }

        /** Sorted by offset, each tensor must begin where the one before it ended, and the last one end with the file. */
        void checkLayout() {
            List<TensorInfo> order = new ArrayList<>(tensors.values());
            order.sort(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
            long end = dataStart;
            String before = "the header";
            for (TensorInfo t : order) {
                if (t.offset() != end) {
                    throw wrongAt(tensorNamed(t.name()) + (t.offset() < end ? " overlaps " + before : " leaves a hole of " + (t.offset() - end)
                            + " bytes after " + before), t.offset());
                }
                end += t.bytes();
                before = tensorNamed(t.name());
            }
            if (end != fileSize) {
                throw wrongAt((fileSize - end) + " bytes of data at the end belong to no tensor", end);
            }
        }

        private void requireFirst(boolean first, String who, String field, long at) {
            if (!first) {
                throw wrong(who + ": " + field + " stands twice", at);
            }
        }

        private void expect(JsonParser p, JsonToken found, JsonToken expected, String who) {
            if (found != expected) {
                throw wrong(who + " is " + name(found) + ", expected " + name(expected), json.place());
            }
        }

        private static String name(JsonToken t) {
            return t == null ? "absent" : switch (t) {
                case START_OBJECT -> "an object";
                case START_ARRAY -> "a list";
                case VALUE_STRING -> "a string";
                case VALUE_NUMBER_INT -> "a whole number";
                case VALUE_NUMBER_FLOAT -> "a broken number";
                case VALUE_TRUE, VALUE_FALSE -> "true or false";
                case VALUE_NULL -> "null";
                default -> "something else";
            };
        }

        private static String tensorNamed(String name) {
            return "tensor " + InputFiles.shown(name);
        }

        /** @param place where in the header */
        private InvalidInputException wrong(String problem, long place) {
            return wrongAt(problem, json.byteAt(place));
        }

        private InvalidInputException wrongAt(String problem, long offset) {
            return InputFiles.wrong(file, problem + " (byte " + offset + ")");
        }
    }
}
