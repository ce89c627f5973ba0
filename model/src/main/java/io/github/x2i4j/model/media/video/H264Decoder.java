package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jcodec.codecs.h264.POCManager;
import org.jcodec.codecs.h264.decode.DeblockerInput;
import org.jcodec.codecs.h264.decode.SliceDecoder;
import org.jcodec.codecs.h264.decode.SliceReader;
import org.jcodec.codecs.h264.decode.deblock.DeblockingFilter;
import org.jcodec.codecs.h264.io.model.Frame;
import org.jcodec.codecs.h264.io.model.SeqParameterSet;
import org.jcodec.codecs.h264.io.model.SliceHeader;
import org.jcodec.common.logging.LogLevel;
import org.jcodec.common.logging.Logger;
import org.jcodec.common.model.ColorSpace;

/**
 * Decodes H.264 pictures in decoding order: headers are checked here, macroblocks and deblocking are JCodec's, on the calling thread.
 */
final class H264Decoder {
    private static final int TYPE_SEQUENCE = 7;
    private static final int TYPE_PICTURE = 8;
    private static final int BITS = 8;
    private static final int MACROBLOCK = 16;

    static {
        // its remarks go to standard output, which belongs to the program
        Logger.setLevel(LogLevel.ERROR);
    }

    private final VideoOptions options;
    private final SliceReaders readers = new SliceReaders();
    private final Map<Integer, SequenceParameters> sequences = new HashMap<>();
    private final Map<Integer, PictureParameters> pictures = new HashMap<>();
    private final POCManager orderCounts = new POCManager();
    private final References references = new References();

    /**
     * @param parameterSets NAL units, of which the sequence's must come before those of pictures
     */
    H264Decoder(List<ByteBuffer> parameterSets, VideoOptions options) throws CorruptVideoException, UnsupportedVideoException {
        this.options = options;
        for (ByteBuffer nal : parameterSets) {
            if (nal.hasRemaining()) {
                accept(nal);
            }
        }
    }

    /** A picture, and how it is to be shown. */
    record Decoded(SequenceParameters format, Frame frame) {
    }

    /** Takes a parameter set; false for other units. */
    private boolean accept(ByteBuffer nal) throws CorruptVideoException, UnsupportedVideoException {
        int type = nal.get(nal.position()) & 0x1F;
        try {
            if (type == TYPE_SEQUENCE) {
                NalBits bits = new NalBits(nal);
                SequenceParameters s = SequenceParameters.read(bits, options);
                sequences.put(s.id(), s);
                readers.addSequence(bits.beforeMark());
            } else if (type == TYPE_PICTURE) {
                PictureParameters p = PictureParameters.read(nal);
                pictures.put(p.id(), p);
                readers.addPicture(nal.slice(nal.position() + 1, nal.remaining() - 1));
            }
        } catch (RuntimeException e) {
            throw new CorruptVideoException("is corrupt: the decoder does not understand its parameters", e);
        }
        return type == TYPE_SEQUENCE || type == TYPE_PICTURE;
    }

    /** The first slice of a packet, or null where it has none; takes the parameter sets before it. */
    SliceStart start(List<ByteBuffer> nals) throws CorruptVideoException, UnsupportedVideoException {
        for (ByteBuffer nal : nals) {
            if (!accept(nal) && isSlice(nal)) {
                return SliceStart.read(nal, sequences, pictures);
            }
        }
        return null;
    }

    static boolean isSlice(ByteBuffer nal) {
        int type = nal.get(nal.position()) & 0x1F;
        return type == SliceStart.TYPE_SLICE || type == SliceStart.TYPE_IDR;
    }

    /**
     * The picture of a packet. It is valid until the next call; what later pictures refer to is kept here.
     *
     * @throws CorruptVideoException if it has none, or lacks a part
     */
    Decoded decode(List<ByteBuffer> nals) throws CorruptVideoException, UnsupportedVideoException {
        SliceStart start = start(nals);
        if (start == null) {
            throw new CorruptVideoException("is corrupt: a packet holds no picture");
        }
        List<ByteBuffer> slices = new ArrayList<>();
        for (ByteBuffer nal : nals) {
            if (isSlice(nal)) {
                SliceStart s = SliceStart.read(nal, sequences, pictures);
                if (s.sequence() != start.sequence() || s.idr() != start.idr() || s.frameNum() != start.frameNum()) {
                    throw new CorruptVideoException("is corrupt: a packet holds parts of several pictures");
                }
                if (!s.redundant()) {
                    slices.add(nal.slice());
                }
            }
        }
        references.begin(start);
        try {
            return new Decoded(start.sequence(), decode(slices.stream().map(readers::open).toList(), start));
        } catch (RuntimeException e) {
            throw new CorruptVideoException("is corrupt: a picture cannot be decoded", e);
        }
    }

    private Frame decode(List<SliceReader> slices, SliceStart start) throws CorruptVideoException {
        SliceHeader first = slices.getFirst().getSliceHeader();
        SeqParameterSet sps = first.sps;
        DeblockerInput work = new DeblockerInput(sps);
        Frame frame = frame(start.sequence(), first, work, orderCounts.calcPOC(first, slices.getFirst().getNALUnit()));
        for (SliceReader slice : slices) {
            new SliceDecoder(sps, references.shortTerm(), references.longTerm(), work, frame).decodeFromReader(slice);
        }
        if (Arrays.stream(work.shs).anyMatch(h -> h == null)) {
            throw new CorruptVideoException("is corrupt: a picture lacks a part");
        }
        new DeblockingFilter(BITS, BITS, work).deblockFrame(frame);
        if (start.reference()) {
            references.mark(frame, first, start);
        }
        return frame;
    }

    private static Frame frame(SequenceParameters s, SliceHeader header, DeblockerInput work, int orderCount) {
        int width = s.macroblockColumns() * MACROBLOCK;
        int height = s.macroblockRows() * MACROBLOCK;
        byte[][] planes = {new byte[width * height], new byte[width * height / 4], new byte[width * height / 4]};
        return new Frame(width, height, planes, ColorSpace.YUV420, null, header.frameNum, header.sliceType, work.mvs, work.refsUsed,
                orderCount);
    }
}
