package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The H.264 track of an MP4 file.
 *
 * @param parameterSets sequence and picture parameter sets (NAL units) of the decoder configuration
 * @param lengthBytes bytes of the length before each NAL unit of a packet
 * @param quarterTurns how often the frames are turned by 90 degrees clockwise to be shown
 */
record VideoTrack(SampleTable samples, List<ByteBuffer> parameterSets, int lengthBytes, int quarterTurns) {
    private static final int MAX_PARAMETER_SETS = 64;
    /** Bytes of a visual sample entry before the boxes inside it. */
    private static final int SAMPLE_ENTRY = 78;
    private static final Map<String, String> CODECS = Map.ofEntries(Map.entry("hvc1", "HEVC (H.265)"), Map.entry("hev1", "HEVC (H.265)"),
            Map.entry("dvh1", "HEVC (H.265, Dolby Vision)"), Map.entry("dvhe", "HEVC (H.265, Dolby Vision)"), Map.entry("vp08", "VP8"),
            Map.entry("vp09", "VP9"), Map.entry("av01", "AV1"), Map.entry("vvc1", "VVC (H.266)"), Map.entry("vvi1", "VVC (H.266)"),
            Map.entry("mp4v", "MPEG-4 part 2"), Map.entry("s263", "H.263"), Map.entry("jpeg", "Motion JPEG"),
            Map.entry("mjpa", "Motion JPEG"), Map.entry("apcn", "ProRes"), Map.entry("apch", "ProRes"), Map.entry("ap4h", "ProRes"),
            Map.entry("encv", "encrypted video"));

    /** The first track of {@code moov} that can be decoded. */
    static VideoTrack find(Mp4Box moov, long fileSize, VideoOptions options) throws CorruptVideoException, UnsupportedVideoException {
        List<Mp4Box> boxes = Mp4Box.list(moov.content());
        Set<String> others = new LinkedHashSet<>();
        boolean sound = false;
        for (Mp4Box trak : boxes) {
            if (!trak.type().equals("trak")) {
                continue;
            }
            Mp4Box mdia = trak.need("mdia");
            String handler = Mp4Box.type(mdia.need("hdlr").at(8, 4), 0);
            sound |= handler.equals("soun");
            if (!handler.equals("vide")) {
                continue;
            }
            Mp4Box entry = sampleEntry(mdia.need("minf", "stbl", "stsd"));
            if (entry.type().equals("avc1") || entry.type().equals("avc3")) {
                if (Mp4Box.first(boxes, "mvex") != null) {
                    throw new UnsupportedVideoException("is a fragmented MP4 file, which is not read");
                }
                return read(trak, mdia, entry, fileSize, options);
            }
            others.add(CODECS.getOrDefault(entry.type(), "\"" + entry.type() + "\""));
        }
        if (!others.isEmpty()) {
            throw new UnsupportedVideoException("holds " + String.join(" and ", others) + " video, which is not decoded");
        }
        throw new CorruptVideoException("has no video track" + (sound ? ", only sound" : "") + "; name an MP4 file with H.264 video");
    }

    private static Mp4Box sampleEntry(Mp4Box stsd) throws CorruptVideoException {
        ByteBuffer content = stsd.at(8, Math.max(0, stsd.content().remaining() - 8));
        List<Mp4Box> entries = Mp4Box.list(content);
        if (entries.isEmpty()) {
            throw new CorruptVideoException("is corrupt: its video track names no codec");
        }
        return entries.getFirst();
    }

    private static VideoTrack read(Mp4Box trak, Mp4Box mdia, Mp4Box entry, long fileSize, VideoOptions options)
            throws CorruptVideoException {
        Mp4Box mdhd = mdia.need("mdhd");
        boolean longTimes = mdhd.at(0, 1).get(0) == 1;
        long timescale = mdhd.at(longTimes ? 20 : 12, 4).getInt(0) & 0xFFFFFFFFL;
        if (timescale == 0) {
            throw new CorruptVideoException("is corrupt: its video track has no unit of time");
        }
        SampleTable samples = SampleTable.read(mdia.need("minf", "stbl"), timescale, fileSize, options);
        double seconds = (double) samples.duration() / timescale;
        if (seconds > options.maxSeconds()) {
            throw new CorruptVideoException(String.format(Locale.ROOT, "lasts %.1f seconds, which exceeds the limit of %.1f; cut it, or raise"
                    + " the limit (--max-video-length)", seconds, options.maxSeconds()));
        }
        int inside = Math.max(0, entry.content().remaining() - SAMPLE_ENTRY);
        Mp4Box avcC = Mp4Box.first(Mp4Box.list(entry.at(SAMPLE_ENTRY, inside)), "avcC");
        if (avcC == null) {
            throw new CorruptVideoException("is corrupt: its H.264 track has no configuration (box \"avcC\")");
        }
        int lengthBytes = (avcC.at(4, 1).get(0) & 3) + 1;
        return new VideoTrack(samples, parameterSets(avcC), lengthBytes, quarterTurns(trak.need("tkhd")));
    }

    private static List<ByteBuffer> parameterSets(Mp4Box avcC) throws CorruptVideoException {
        List<ByteBuffer> sets = new ArrayList<>();
        int at = 5;
        for (int mask : new int[] {0x1F, 0xFF}) {
            int count = avcC.at(at++, 1).get(0) & mask;
            for (int i = 0; i < count && i < MAX_PARAMETER_SETS; i++) {
                int length = avcC.at(at, 2).getShort(0) & 0xFFFF;
                sets.add(avcC.at(at + 2, length));
                at += 2 + length;
            }
        }
        return sets;
    }

    /** From the upper left 2 x 2 of the display matrix, in 16.16 fixed point; other matrices than turns do not turn. */
    private static int quarterTurns(Mp4Box tkhd) throws CorruptVideoException {
        ByteBuffer m = tkhd.at(tkhd.at(0, 1).get(0) == 1 ? 52 : 40, 20);
        int a = Integer.signum(m.getInt(0));
        int b = Integer.signum(m.getInt(4));
        int c = Integer.signum(m.getInt(12));
        int d = Integer.signum(m.getInt(16));
        if (b == 0 && c == 0) {
            return a < 0 && d < 0 ? 2 : 0;
        }
        return a == 0 && d == 0 && b == -c ? b > 0 ? 1 : 3 : 0;
    }
}
