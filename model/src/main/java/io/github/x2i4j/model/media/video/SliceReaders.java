package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jcodec.codecs.common.biari.MDecoder;
import org.jcodec.codecs.h264.H264Utils;
import org.jcodec.codecs.h264.decode.SliceHeaderReader;
import org.jcodec.codecs.h264.decode.SliceReader;
import org.jcodec.codecs.h264.decode.aso.MapManager;
import org.jcodec.codecs.h264.io.CABAC;
import org.jcodec.codecs.h264.io.CAVLC;
import org.jcodec.codecs.h264.io.model.NALUnit;
import org.jcodec.codecs.h264.io.model.PictureParameterSet;
import org.jcodec.codecs.h264.io.model.SeqParameterSet;
import org.jcodec.codecs.h264.io.model.SliceHeader;
import org.jcodec.common.io.BitReader;

/** Opens slices for JCodec's decoder of macroblocks, as its {@code FrameReader} does, but so that none is read far beyond its end. */
final class SliceReaders {
    private static final int CONTEXTS = 1024;
    private static final int QP_OFFSET = 26;
    /** Bytes. */
    private static final int READ_AHEAD = 8;

    private final Map<Integer, SeqParameterSet> sequences = new HashMap<>();
    private final Map<Integer, PictureParameterSet> pictures = new HashMap<>();

    /**
     * @param body a sequence parameter set after its first byte, emulation prevention removed; JCodec believes what its usability
     *         information says of buffers, and makes arrays as long
     */
    void addSequence(ByteBuffer body) {
        SeqParameterSet s = SeqParameterSet.read(body);
        sequences.put(s.seqParameterSetId, s);
    }

    /**
     * @param body a picture parameter set after its first byte
     */
    void addPicture(ByteBuffer body) {
        PictureParameterSet p = PictureParameterSet.read(unescaped(body));
        pictures.put(p.picParameterSetId, p);
    }

    SliceReader open(ByteBuffer slice) {
        ByteBuffer data = unescaped(slice);
        NALUnit unit = NALUnit.read(data);
        BitReader bits = BitReader.createBitReader(data);
        SliceHeader header = SliceHeaderReader.readPart1(bits);
        PictureParameterSet picture = pictures.get(header.picParameterSetId);
        SeqParameterSet sequence = sequences.get(picture.seqParameterSetId);
        header.pps = picture;
        header.sps = sequence;
        SliceHeaderReader.readPart2(header, unit, sequence, picture, bits);
        CAVLC[] lengthCodes = {new CAVLC(sequence, picture, 2, 2), new CAVLC(sequence, picture, 1, 1), new CAVLC(sequence, picture, 1, 1)};
        CABAC contexts = new CABAC(sequence.picWidthInMbsMinus1 + 1);
        MDecoder arithmetic = null;
        if (picture.entropyCodingModeFlag) {
            bits.terminate();
            int[][] states = new int[2][CONTEXTS];
            contexts.initModels(states, header.sliceType, header.cabacInitIdc, picture.picInitQpMinus26 + QP_OFFSET + header.sliceQpDelta);
            arithmetic = new ArithmeticDecoder(beyondTheEnd(data), states);
        }
        return new SliceReader(picture, contexts, lengthCodes, arithmetic, bits, new MapManager(sequence, picture).getMapper(header), header,
                unit);
    }

    /** A copy with bytes for {@link #beyondTheEnd}. */
    private static ByteBuffer unescaped(ByteBuffer nal) {
        ByteBuffer copy = ByteBuffer.allocate(nal.remaining() + READ_AHEAD).put(nal.duplicate()).flip();
        H264Utils.unescapeNAL(copy);
        return copy;
    }

    /** The decoder of arithmetic codes reads ahead: zeros follow what there is. */
    private static ByteBuffer beyondTheEnd(ByteBuffer data) {
        int end = data.limit();
        return data.limit(end + READ_AHEAD).put(end, new byte[READ_AHEAD]);
    }

    /** JCodec's, some of whose loops wait beyond the input's end for a bit that never comes. */
    private static final class ArithmeticDecoder extends MDecoder {
        private final ByteBuffer in;

        ArithmeticDecoder(ByteBuffer in, int[][] states) {
            this.in = in;
            super(in, states);
        }

        @Override
        protected void readOneByte() {
            if (!in.hasRemaining()) {
                throw new IllegalStateException("a slice ends early");
            }
            super.readOneByte();
        }
    }
}
