package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.BlockUploads;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A weight, most often in a mapped file.
 *
 * @param file the whole mapping, or whatever memory the weight lies in
 * @param offset byte of it at which the weight begins
 * @param length bytes of the weight
 * @param used how many of them are in memory after use, at most: of a table only what is looked up
 * @param elements of the whole weight
 */
record Range(HostStorage file, long offset, long length, long used, long elements) {
    /** What the system brings into memory around a byte that is read (Linux: fault_around_bytes). */
    static final long AROUND = 64 << 10;

    /** The weight's range, whatever memory it lies in: what of it is used is copied. */
    static Range copied(Tensor weight, long bytes) {
        return new Range((HostStorage) weight.storage(), weight.byteOffset(), weight.byteSize(), bytes, weight.elements());
    }

    /** The weight's range, or null if it does not lie in a mapped file. */
    static Range of(Tensor weight, long bytes) {
        HostStorage storage = (HostStorage) weight.storage();
        if (!storage.segment().isMapped()) {
            return null;
        }
        long whole = weight.byteSize();
        long scattered = bytes + (weight.rank() == 2 ? bytes / Math.max(1, whole / Math.max(1, weight.dim(0))) * AROUND : 0);
        return new Range(storage, weight.byteOffset(), whole, bytes == whole ? whole : Math.min(whole, scattered), weight.elements());
    }

    /** True if the other is the same weight. */
    boolean sameAs(Range other) {
        return file == other.file && offset == other.offset && length == other.length;
    }

    BlockUploads.Piece piece() {
        return new BlockUploads.Piece(file, offset, length);
    }

    /** Into how many parts of files the ranges fall: those that touch, or nearly do, are one. */
    static int runs(List<Range> ranges) {
        Map<HostStorage, List<Range>> byFile = new IdentityHashMap<>();
        ranges.forEach(r -> byFile.computeIfAbsent(r.file, _ -> new ArrayList<>()).add(r));
        int runs = 0;
        for (List<Range> inFile : byFile.values()) {
            inFile.sort(Comparator.comparingLong(Range::offset));
            long end = Long.MIN_VALUE / 2;
            for (Range r : inFile) {
                runs += r.offset > end + AROUND || r.used < r.length ? 1 : 0;
                end = Math.max(end, r.offset + r.length);
            }
        }
        return runs;
    }

    private MemorySegment segment() {
        return file.segment().asSlice(offset, length);
    }

    /** Bytes {@code from} to {@code from + n} come into memory. */
    void load(long from, long n) {
        segment().asSlice(from, Math.min(n, length - from)).load();
    }

    /** The pages leave the process's memory; they are read again where they are used again. */
    void unload() {
        if (file.segment().isMapped()) {
            segment().unload();
        }
    }
}
