package io.github.x2i4j.model.media.video;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.RgbImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * An MP4 file with H.264 video (Baseline, Main or High; 8 bits, 4:2:0, progressive). Frames are counted by packets and numbered in
 * the order of their times, edit lists are ignored, rotation of the display is applied. Sound is not read.
 *
 * <p>Only the index is kept; each call of {@link #frames} opens the file and decodes forward.
 */
public final class VideoFile implements Video {
    /** The index of a clip takes tens of bytes a frame. */
    private static final long MAX_INDEX_BYTES = 1 << 26;
    private static final String WANTED = "; name an MP4 file with H.264 video";

    private final Path file;
    private final VideoTrack track;
    private final SequenceParameters format;
    private final VideoOptions options;
    private final DecodeWatch watch;

    private VideoFile(Path file, VideoTrack track, SequenceParameters format, VideoOptions options, DecodeWatch watch) {
        this.file = file;
        this.track = track;
        this.format = format;
        this.options = options;
        this.watch = watch;
    }

    /** {@link #open(Path, VideoOptions)} with the default limits. */
    public static VideoFile open(Path file) {
        return open(file, VideoOptions.DEFAULT);
    }

    /**
     * Reads the index of a file and checks the format of its video; what the file is, is told from its content.
     *
     * @throws InvalidInputException if it cannot be read, is no video, is corrupt or truncated, or exceeds a limit
     * @throws UnsupportedFeatureException naming the container, the codec or the feature that is not read
     */
    public static VideoFile open(Path file, VideoOptions options) {
        return guard(file, () -> {
            if (Files.isDirectory(file)) {
                throw new CorruptVideoException("is a folder" + WANTED);
            }
            try (FileChannel channel = FileChannel.open(file)) {
                Mp4Box moov = findIndex(channel);
                VideoTrack track = VideoTrack.find(moov, channel.size(), options);
                SliceStart first = new H264Decoder(track.parameterSets(), options).start(packet(channel, track, 0));
                if (first == null) {
                    throw new CorruptVideoException("is corrupt: its first packet holds no picture");
                }
                return new VideoFile(file, track, first.sequence(), options, DecodeWatch.NONE);
            }
        });
    }

    /** An operation on the file whose errors continue a sentence that begins with its name. */
    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T guard(Path file, Work<T> work) {
        try {
            return work.run();
        } catch (CorruptVideoException e) {
            throw new InvalidInputException(file + " " + e.getMessage(), e);
        } catch (UnsupportedVideoException e) {
            throw new UnsupportedFeatureException(file + " " + e.getMessage());
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(file + " does not exist" + WANTED, e);
        } catch (IOException e) {
            throw new InvalidInputException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The box {@code moov}, wherever it lies. */
    private static Mp4Box findIndex(FileChannel channel) throws IOException {
        long fileSize = channel.size();
        checkContainer(read(channel, 0, (int) Math.min(fileSize, 16)));
        for (long at = 0; fileSize - at >= Mp4Box.HEADER;) {
            ByteBuffer head = read(channel, at, (int) Math.min(2 * Mp4Box.HEADER, fileSize - at));
            long size = head.getInt(0) & 0xFFFFFFFFL;
            String type = Mp4Box.type(head, 4);
            if (size == 1 && head.remaining() == 2 * Mp4Box.HEADER) {
                size = head.getLong(Mp4Box.HEADER);
            } else if (size == 0) {
                size = fileSize - at;
            }
            if (size < Mp4Box.HEADER || size > fileSize - at) {
                throw new CorruptVideoException("is truncated or corrupt: its box \"" + type + "\" at byte " + at + " claims " + size
                        + " bytes of " + (fileSize - at));
            }
            if (type.equals("moov")) {
                if (size > MAX_INDEX_BYTES) {
                    throw new CorruptVideoException("has an index of " + size + " bytes, more than the limit of " + MAX_INDEX_BYTES);
                }
                return Mp4Box.list(read(channel, at, (int) size)).getFirst();
            }
            at += size;
        }
        throw new CorruptVideoException("is truncated or corrupt: it has no index (box \"moov\")");
    }

    private static void checkContainer(ByteBuffer start) throws CorruptVideoException, UnsupportedVideoException {
        if (!start.hasRemaining()) {
            throw new CorruptVideoException("is empty" + WANTED);
        }
        String s = StandardCharsets.ISO_8859_1.decode(start.slice()).toString();
        String other = s.startsWith("\u001AE\u00DF\u00A3") ? "a Matroska or WebM" : s.startsWith("RIFF") && s.startsWith("AVI ", 8) ? "an AVI"
                : s.startsWith("FLV\u0001") ? "a Flash" : s.startsWith("OggS") ? "an Ogg" : s.startsWith("0&\u00B2u") ? "a Windows Media"
                : s.startsWith("\0\0\u0001\u00BA") ? "an MPEG program stream" : null;
        if (other != null) {
            throw new UnsupportedVideoException("is " + other + " file, which is not read");
        }
        if (!List.of("ftyp", "moov", "mdat", "free", "skip", "wide").contains(s.length() < 8 ? "" : s.substring(4, 8))) {
            throw new CorruptVideoException("is no MP4 file" + WANTED);
        }
    }

    private static ByteBuffer read(FileChannel channel, long at, int bytes) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(bytes);
        while (b.hasRemaining() && channel.read(b, at + b.position()) >= 0) {
            // until it is full or the file ends
        }
        if (b.hasRemaining()) {
            throw new CorruptVideoException("is truncated: it ends before byte " + (at + bytes));
        }
        return b.flip();
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public int totalFrames() {
        return track.samples().count();
    }

    @Override
    public int width() {
        return track.quarterTurns() % 2 == 0 ? format.width() : format.height();
    }

    @Override
    public int height() {
        return track.quarterTurns() % 2 == 0 ? format.height() : format.width();
    }

    @Override
    public double averageFps() {
        SampleTable s = track.samples();
        return (double) (s.count() * s.timescale()) / s.duration();
    }

    @Override
    public VideoFile watched(DecodeWatch other) {
        return new VideoFile(file, track, format, options, other);
    }

    @Override
    public <T> List<T> frames(int[] indices, Function<RgbImage, T> use) {
        SampleTable samples = track.samples();
        for (int index : indices) {
            if (index < 0 || index >= samples.count()) {
                throw new IllegalArgumentException("frame " + index + " of " + samples.count());
            }
        }
        return guard(file, () -> {
            List<T> results = new ArrayList<>(Collections.nCopies(indices.length, null));
            int[] positions = new int[samples.count()];
            Arrays.fill(positions, -1);
            for (int i = 0; i < indices.length; i++) {
                positions[samples.order()[indices[i]]] = i;
            }
            try (FileChannel channel = FileChannel.open(file)) {
                decode(channel, positions, (position, image) -> results.set(position, use.apply(image)));
            }
            return results;
        });
    }

    private void checkSize(SequenceParameters s) throws CorruptVideoException {
        if (s.width() != format.width() || s.height() != format.height()) {
            throw new CorruptVideoException("changes from " + format.width() + " x " + format.height() + " to " + s.width() + " x "
                    + s.height() + " pixels midway; convert it to one size");
        }
    }

    private interface Sink {
        void accept(int position, RgbImage image);
    }

    /** @param positions of the packets' frames in the result, -1 for frames that are not wanted */
    private void decode(FileChannel channel, int[] positions, Sink sink) throws IOException {
        H264Decoder decoder = new H264Decoder(track.parameterSets(), options);
        int last = positions.length - 1;
        while (last >= 0 && positions[last] < 0) {
            last--;
        }
        watch.decoded(0, last + 1);
        for (int i = 0; i <= last; i++) {
            i = skip(channel, positions, i);
            if (i > 0) {
                watch.decoded(i, last + 1);
            }
            List<ByteBuffer> nals = packet(channel, track, i);
            try {
                SliceStart start = decoder.start(nals);
                if (positions[i] < 0 && start != null && !start.reference()) {
                    continue;
                }
                H264Decoder.Decoded picture = decoder.decode(nals);
                if (positions[i] >= 0) {
                    checkSize(picture.format());
                    sink.accept(positions[i], FramePixels.rgb(picture, track.quarterTurns()));
                }
            } catch (CorruptVideoException e) {
                throw new CorruptVideoException(e.getMessage() + " (packet " + i + " of " + positions.length + ")", e);
            }
        }
        watch.decoded(last + 1, last + 1);
    }

    /** The last key frame from which the next wanted frame can be decoded, if it lies beyond {@code at}; otherwise {@code at}. */
    private int skip(FileChannel channel, int[] positions, int at) throws IOException {
        int wanted = at;
        while (positions[wanted] < 0) {
            wanted++;
        }
        int[] sync = track.samples().sync();
        int found = Arrays.binarySearch(sync, wanted);
        for (int k = found >= 0 ? found : -found - 2; k >= 0 && sync[k] > at; k--) {
            for (ByteBuffer nal : packet(channel, track, sync[k])) {
                if (H264Decoder.isSlice(nal)) {
                    if ((nal.get(nal.position()) & 0x1F) == SliceStart.TYPE_IDR) {
                        return sync[k];
                    }
                    break;
                }
            }
        }
        return at;
    }

    /** The NAL units of a packet, copied out of the file. */
    private static List<ByteBuffer> packet(FileChannel channel, VideoTrack track, int i) throws IOException {
        ByteBuffer data = read(channel, track.samples().offsets()[i], track.samples().sizes()[i]);
        List<ByteBuffer> nals = new ArrayList<>();
        int bytes = track.lengthBytes();
        while (data.remaining() >= bytes) {
            long length = 0;
            for (int k = 0; k < bytes; k++) {
                length = length << 8 | data.get() & 0xFF;
            }
            if (length > data.remaining()) {
                throw new CorruptVideoException("is corrupt: packet " + i + " claims a unit of " + length + " bytes and has "
                        + data.remaining());
            }
            if (length > 0) {
                nals.add(data.slice(data.position(), (int) length));
            }
            data.position(data.position() + (int) length);
        }
        return nals;
    }
}
