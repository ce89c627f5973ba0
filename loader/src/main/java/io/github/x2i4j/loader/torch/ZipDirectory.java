package io.github.x2i4j.loader.torch;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the entries of a mapped zip file lie, so that they can be used in place; the JDK's own zip reader copies them. Stored entries
 * only, zip64 included; sizes come from the central directory, since PyTorch leaves them out of the local headers.
 *
 * @param entries in the order of the central directory
 */
record ZipDirectory(Map<String, Entry> entries) {
    /** Bytes {@code offset} to {@code offset + size} of the file. */
    record Entry(String name, long offset, long size) {
    }

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int END_BYTES = 22;
    private static final int END_64_BYTES = 56;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final long UNSIGNED = 0xFFFFFFFFL;
    /** Bounds of the directory, far above those of any state dict: an entry for each storage takes about 100 bytes. */
    private static final int MAX_ENTRIES = 1 << 18;
    private static final long MAX_BYTES = 32L << 20;
    private static final int MAX_NAME = 1024;

    static ZipDirectory read(Path file, MemorySegment zip) {
        return new Reader(file, zip).read();
    }

    private record Reader(Path file, MemorySegment zip) {
        ZipDirectory read() {
            long end = findEnd();
            long count = u16(end + 10);
            long size = u32(end + 12);
            long start = u32(end + 16);
            long limit = end;
            long locator = end - LOCATOR_64_BYTES;
            if (locator >= 0 && i32(locator) == LOCATOR_64) {
                long end64 = i64(locator + 8);
                require(end64 >= 0 && end64 <= locator - END_64_BYTES && i32(end64) == END_64, "the zip64 end record is damaged", locator);
                count = i64(end64 + 32);
                size = i64(end64 + 40);
                start = i64(end64 + 48);
                limit = end64;
            }
            require(start >= 0 && size >= 0 && start <= limit && size <= limit - start, "the zip directory lies outside the file", end);
            require(count >= 0 && count <= size / CENTRAL_BYTES, "the zip directory says " + count + " entries, more than fit", end);
            require(count <= MAX_ENTRIES && size <= MAX_BYTES, "the zip directory has " + count + " entries in " + size + " bytes, at most "
                    + MAX_ENTRIES + " in " + MAX_BYTES + " are read", end);
            Map<String, Entry> entries = new LinkedHashMap<>();
            long at = start;
            for (long i = 0; i < count; i++) {
                at = entry(at, start + size, start, entries);
            }
            checkOverlap(entries);
            return new ZipDirectory(Collections.unmodifiableMap(entries));
        }

        private long findEnd() {
            for (long at = zip.byteSize() - END_BYTES; at >= Math.max(0, zip.byteSize() - END_BYTES - 0xFFFF); at--) {
                if (i32(at) == END && at + END_BYTES + u16(at + 20) == zip.byteSize()) {
                    return at;
                }
            }
            throw wrong("the zip directory at the end is missing; the file is truncated, fetch it again", zip.byteSize());
        }

        /** Reads one record of the central directory and returns where the next one begins. */
        private long entry(long at, long limit, long dataLimit, Map<String, Entry> entries) {
            require(at + CENTRAL_BYTES <= limit && i32(at) == CENTRAL, "the zip directory is damaged", at);
            int nameLength = u16(at + 28);
            int extraLength = u16(at + 30);
            long next = at + CENTRAL_BYTES + nameLength + extraLength + u16(at + 32);
            require(next <= limit, "the zip directory is damaged", at);
            require(nameLength <= MAX_NAME, "a zip entry's name has " + nameLength + " bytes, at most " + MAX_NAME + " are read", at);
            String name = text(at + CENTRAL_BYTES, nameLength);
            long[] fields = wide(at, at + CENTRAL_BYTES + nameLength, extraLength);
            long packed = fields[0];
            long size = fields[1];
            long local = fields[2];
            String who = "zip entry " + InputFiles.shown(name);
            require(!name.startsWith("/") && !name.contains("\\") && !("/" + name + "/").contains("/../"), who + " leads out of the archive", at);
            require((u16(at + 8) & 1) == 0, who + " is encrypted", at);
            if (u16(at + 10) != 0) {
                throw new UnsupportedFeatureException(file + ": " + who + " is compressed (byte " + at
                        + "); PyTorch stores entries as they are: save the file again with torch.save");
            }
            require(packed == size, who + " has two sizes", at);
            require(local >= 0 && local <= dataLimit - LOCAL_BYTES && i32(local) == LOCAL, who + " has no local header", at);
            long data = local + LOCAL_BYTES + u16(local + 26) + u16(local + 28);
            require(u16(local + 26) == nameLength && data <= dataLimit && text(local + LOCAL_BYTES, nameLength).equals(name),
                    who + " has another name in its local header", local);
            require(u16(local + 8) == 0, who + " has another method in its local header", local);
            require(size >= 0 && size <= dataLimit - data, who + " has " + size + " bytes, which is more than the file holds", at);
            require(entries.put(name, new Entry(name, data, size)) == null, who + " stands twice", at);
            return next;
        }

        /** Packed size, size and offset of the local header; those that do not fit 32 bits stand in the zip64 extra field. */
        private long[] wide(long at, long extra, int extraLength) {
            long[] fields = {u32(at + 20), u32(at + 24), u32(at + 42)};
            long end = extra + extraLength;
            long wideAt = 0;
            long wideEnd = 0;
            for (long p = extra; p + 4 <= end;) {
                long next = p + 4 + u16(p + 2);
                if (u16(p) == 1 && next <= end) {
                    wideAt = p + 4;
                    wideEnd = next;
                }
                p = next;
            }
            for (int field : new int[] {1, 0, 2}) { // zip64 has the unpacked size first
                if (fields[field] == UNSIGNED) {
                    require(wideAt + 8 <= wideEnd, "a zip64 field is missing", at);
                    fields[field] = i64(wideAt);
                    wideAt += 8;
                }
            }
            return fields;
        }

        private void checkOverlap(Map<String, Entry> entries) {
            List<Entry> order = new ArrayList<>(entries.values());
            order.sort(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::size));
            long end = 0;
            for (Entry e : order) {
                require(e.offset() >= end, "zip entry " + InputFiles.shown(e.name()) + " overlaps the one before it", e.offset());
                end = e.offset() + e.size();
            }
        }

        private String text(long at, int length) {
            byte[] bytes = zip.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            try {
                return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            } catch (CharacterCodingException e) {
                throw wrong("a zip entry's name is not UTF-8", at);
            }
        }

        private int u16(long at) {
            return zip.get(Tensor.SHORT, at) & 0xFFFF;
        }

        private int i32(long at) {
            return zip.get(Tensor.INT, at);
        }

        private long u32(long at) {
            return i32(at) & UNSIGNED;
        }

        private long i64(long at) {
            return zip.get(Tensor.LONG, at);
        }

        private void require(boolean ok, String problem, long at) {
            if (!ok) {
                throw wrong(problem, at);
            }
        }

        private InvalidInputException wrong(String problem, long at) {
            return InputFiles.wrong(file, problem + " (byte " + at + ")");
        }
    }
}
