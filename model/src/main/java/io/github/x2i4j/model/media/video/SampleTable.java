package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Where the packets of a track lie and when they are shown. Edit lists are ignored.
 *
 * @param offsets of each packet in the file, in decoding order
 * @param sizes in bytes
 * @param sync packets at which a decoder may begin, ascending
 * @param order order[i] is the number, in decoding order, of the i-th packet in presentation order
 * @param duration sum of the packets' durations
 * @param timescale units of time a second
 */
record SampleTable(long[] offsets, int[] sizes, int[] sync, int[] order, long duration, long timescale) {

    int count() {
        return sizes.length;
    }

    /** @param stbl the box of that name; lists of it that are absent where they must be there are refused */
    static SampleTable read(Mp4Box stbl, long timescale, long fileSize, VideoOptions options) throws CorruptVideoException {
        int[] sizes = sizes(stbl.need("stsz"), fileSize, options);
        long[] offsets = offsets(stbl, sizes, fileSize);
        long[] times = new long[sizes.length];
        long duration = decodingTimes(stbl.need("stts"), times);
        Mp4Box ctts = stbl.child("ctts");
        if (ctts != null) {
            addCompositionOffsets(ctts, times);
        }
        int[] order = IntStream.range(0, sizes.length).boxed().sorted(Comparator.comparingLong(i -> times[i]))
                .mapToInt(Integer::intValue).toArray();
        return new SampleTable(offsets, sizes, sync(stbl.child("stss"), sizes.length), order, duration, timescale);
    }

    private static int[] sizes(Mp4Box stsz, long fileSize, VideoOptions options) throws CorruptVideoException {
        ByteBuffer head = stsz.at(4, 8);
        long size = head.getInt(0) & 0xFFFFFFFFL;
        long count = head.getInt(4) & 0xFFFFFFFFL;
        if (count == 0) {
            throw new CorruptVideoException("has a video track without frames");
        }
        if (count > options.maxFrames()) {
            throw new CorruptVideoException("has " + count + " frames, which exceeds the limit of " + options.maxFrames()
                    + "; cut it, or raise the limit (--max-video-length)");
        }
        if (size != 0) {
            if (size * count > fileSize) {
                throw new CorruptVideoException("is corrupt or truncated: " + count + " frames of " + size + " bytes in a file of " + fileSize);
            }
            int[] sizes = new int[(int) count];
            Arrays.fill(sizes, (int) size);
            return sizes;
        }
        ByteBuffer table = stsz.table(8, 1);
        int[] sizes = new int[(int) count];
        table.asIntBuffer().get(sizes);
        return sizes;
    }

    private static long[] offsets(Mp4Box stbl, int[] sizes, long fileSize) throws CorruptVideoException {
        Mp4Box co64 = stbl.child("co64");
        ByteBuffer chunks = co64 != null ? co64.table(4, 2) : stbl.need("stco").table(4, 1);
        int numChunks = chunks.remaining() / (co64 != null ? 8 : 4);
        ByteBuffer runs = stbl.need("stsc").table(4, 3);
        int numRuns = runs.remaining() / 12;
        long[] offsets = new long[sizes.length];
        int sample = 0;
        for (int r = 0; r < numRuns; r++) {
            int first = runs.getInt(12 * r);
            int last = r + 1 < numRuns ? runs.getInt(12 * (r + 1)) - 1 : numChunks;
            if (first < 1 || last > numChunks || runs.getInt(12 * r + 8) != 1) {
                throw new CorruptVideoException("is corrupt, or changes its format midway: the table of its chunks is " + first + " to " + last
                        + " of " + numChunks + " with format " + runs.getInt(12 * r + 8));
            }
            long perChunk = runs.getInt(12 * r + 4) & 0xFFFFFFFFL;
            for (int c = first - 1; c < last && sample < sizes.length; c++) {
                long at = co64 != null ? chunks.getLong(8 * c) : chunks.getInt(4 * c) & 0xFFFFFFFFL;
                for (long k = 0; k < perChunk && sample < sizes.length; k++, sample++) {
                    if (at < 0 || sizes[sample] < 0 || at > fileSize - sizes[sample]) {
                        throw new CorruptVideoException("is truncated or corrupt: frame " + sample + " of " + sizes.length + " would lie at byte "
                                + at + " of " + fileSize);
                    }
                    offsets[sample] = at;
                    at += sizes[sample];
                }
            }
        }
        if (sample < sizes.length) {
            throw new CorruptVideoException("is corrupt: its chunks hold " + sample + " frames, its table names " + sizes.length);
        }
        return offsets;
    }

    /** Fills in when each packet is decoded; returns the sum of the durations. */
    private static long decodingTimes(Mp4Box stts, long[] times) throws CorruptVideoException {
        ByteBuffer runs = stts.table(4, 2);
        long time = 0;
        int sample = 0;
        while (runs.hasRemaining()) {
            long count = runs.getInt() & 0xFFFFFFFFL;
            long delta = runs.getInt() & 0xFFFFFFFFL;
            for (long k = 0; k < count && sample < times.length; k++) {
                times[sample++] = time;
                time += delta;
            }
        }
        if (sample < times.length || time == 0) {
            throw new CorruptVideoException("is corrupt: its table of times covers " + sample + " of " + times.length + " frames and "
                    + time + " units of time");
        }
        return time;
    }

    /** Offsets from decoding to presentation; signed in either version, as every reader takes them. */
    private static void addCompositionOffsets(Mp4Box ctts, long[] times) throws CorruptVideoException {
        ByteBuffer runs = ctts.table(4, 2);
        int sample = 0;
        while (runs.hasRemaining()) {
            long count = runs.getInt() & 0xFFFFFFFFL;
            int offset = runs.getInt();
            for (long k = 0; k < count && sample < times.length; k++) {
                times[sample++] += offset;
            }
        }
    }

    private static int[] sync(Mp4Box stss, int count) throws CorruptVideoException {
        if (stss == null) {
            return IntStream.range(0, count).toArray();
        }
        ByteBuffer table = stss.table(4, 1);
        int[] sync = new int[table.remaining() / 4];
        for (int i = 0; i < sync.length; i++) {
            sync[i] = table.getInt() - 1;
        }
        return Arrays.stream(sync).filter(s -> s >= 0 && s < count).sorted().toArray();
    }
}
