package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The beginning of a H.264 slice (ITU-T H.264, 7.3.3), checked before the decoder sees it.
 *
 * @param idr whether the picture refers to none before it, nor do the following ones beyond it
 * @param reference whether later pictures may refer to this one
 * @param redundant whether the slice repeats another
 */
record SliceStart(SequenceParameters sequence, boolean idr, boolean reference, boolean redundant, int frameNum) {
    static final int TYPE_SLICE = 1;
    static final int TYPE_IDR = 5;
    private static final int P = 0;
    private static final int B = 1;
    private static final int I = 2;
    /** Beyond what any stream holds, so that lists stay short. */
    private static final int MOST_OPERATIONS = 66;

    static SliceStart read(ByteBuffer nal, Map<Integer, SequenceParameters> sequences, Map<Integer, PictureParameters> pictures)
            throws CorruptVideoException, UnsupportedVideoException {
        int header = nal.get(nal.position());
        boolean idr = (header & 0x1F) == TYPE_IDR;
        boolean reference = (header & 0x60) != 0;
        NalBits b = new NalBits(nal);
        b.golomb("first_mb_in_slice", 1 << 24);
        int type = b.golomb("slice_type", 9) % 5;
        if (type > I) {
            throw new UnsupportedVideoException("is H.264 with switching slices, which are not decoded");
        }
        PictureParameters pps = pictures.get(b.golomb("pic_parameter_set_id", 255));
        SequenceParameters sps = pps == null ? null : sequences.get(pps.sequence());
        if (sps == null) {
            throw new CorruptVideoException("is corrupt: its pictures need parameter sets that it lacks");
        }
        int frameNum = b.bits(sps.frameNumBits());
        if (idr) {
            b.golomb();
        }
        readOrder(b, sps, pps, type);
        boolean redundant = pps.redundant() && b.golomb() > 0;
        if (type == B) {
            b.flag();
        }
        int[] numRefs = pps.numRefs().clone();
        if (type != I && b.flag()) {
            numRefs[0] = b.golomb("num_ref_idx_l0_active_minus1", PictureParameters.MOST_REFS - 1) + 1;
            if (type == B) {
                numRefs[1] = b.golomb("num_ref_idx_l1_active_minus1", PictureParameters.MOST_REFS - 1) + 1;
            }
        }
        for (int list = 0; list < lists(type); list++) {
            readReordering(b);
        }
        if (type == P && pps.weightedP() || type == B && pps.weightedB()) {
            readWeights(b, type, numRefs);
        }
        if (reference) {
            readMarking(b, idr);
        }
        return new SliceStart(sps, idr, reference, redundant, frameNum);
    }

    private static int lists(int type) {
        return type == B ? 2 : type == P ? 1 : 0;
    }

    private static void readOrder(NalBits b, SequenceParameters sps, PictureParameters pps, int type)
            throws CorruptVideoException, UnsupportedVideoException {
        if (sps.orderType() != 0 && type == B) {
            throw new UnsupportedVideoException("is H.264 with B-frames and an order count of type " + sps.orderType()
                    + ", which is not decoded");
        }
        if (sps.orderType() == 0) {
            b.bits(sps.orderBits());
        }
        if ((sps.orderType() == 0 || sps.deltaOrder()) && pps.orderPresent()) {
            b.golomb();
        }
        if (sps.deltaOrder()) {
            b.golomb();
        }
    }

    private static void readReordering(NalBits b) throws CorruptVideoException, UnsupportedVideoException {
        if (!b.flag()) {
            return;
        }
        for (int i = 0; i <= MOST_OPERATIONS; i++) {
            int operation = b.golomb("modification_of_pic_nums_idc", 3);
            if (operation == 3) {
                return;
            }
            if (operation == 2) {
                throw new UnsupportedVideoException("is H.264 with long-term references in another order, which are not decoded");
            }
            b.golomb("abs_diff_pic_num_minus1", 1 << 16);
        }
        throw new CorruptVideoException("is corrupt: a list of its references has no end");
    }

    private static void readWeights(NalBits b, int type, int[] numRefs) throws CorruptVideoException {
        b.golomb("luma_log2_weight_denom", 7);
        b.golomb("chroma_log2_weight_denom", 7);
        for (int list = 0; list < lists(type); list++) {
            for (int i = 0; i < numRefs[list]; i++) {
                skip(b, b.flag() ? 2 : 0);
                skip(b, b.flag() ? 4 : 0);
            }
        }
    }

    private static void skip(NalBits b, int codes) throws CorruptVideoException {
        for (int k = 0; k < codes; k++) {
            b.golomb();
        }
    }

    private static void readMarking(NalBits b, boolean idr) throws CorruptVideoException, UnsupportedVideoException {
        if (idr) {
            b.bits(2);
            return;
        }
        if (!b.flag()) {
            return;
        }
        for (int i = 0; i <= MOST_OPERATIONS; i++) {
            int operation = b.golomb("memory_management_control_operation", 6);
            switch (operation) {
                case 0 -> {
                    return;
                }
                case 1 -> b.golomb("difference_of_pic_nums_minus1", 1 << 16);
                case 2, 4, 6 -> b.golomb("long_term_frame_idx", 16);
                case 3 -> {
                    b.golomb("difference_of_pic_nums_minus1", 1 << 16);
                    b.golomb("long_term_frame_idx", 16);
                }
                default -> throw new UnsupportedVideoException("is H.264 that forgets all references midway, which is not decoded");
            }
        }
        throw new CorruptVideoException("is corrupt: a list of its references has no end");
    }
}
