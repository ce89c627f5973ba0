package io.github.x2i4j.model.media.video;

import java.nio.ByteBuffer;

/**
 * What a H.264 picture parameter set says (ITU-T H.264, 7.3.2.2), checked before the decoder sees it.
 *
 * @param sequence id of its sequence parameter set
 * @param orderPresent whether slices hold delta_pic_order_cnt_bottom
 * @param numRefs active references of either list, unless a slice says otherwise
 * @param weightedP whether P slices hold weights
 * @param weightedB whether B slices hold weights
 * @param redundant whether slices hold redundant_pic_cnt
 */
record PictureParameters(int id, int sequence, boolean orderPresent, int[] numRefs, boolean weightedP, boolean weightedB,
        boolean redundant) {
    static final int MOST_REFS = 32;

    static PictureParameters read(ByteBuffer nal) throws CorruptVideoException, UnsupportedVideoException {
        NalBits b = new NalBits(nal);
        int id = b.golomb("pic_parameter_set_id", 255);
        int sequence = b.golomb("seq_parameter_set_id", 31);
        b.flag();
        boolean orderPresent = b.flag();
        if (b.golomb() > 0) {
            throw new UnsupportedVideoException("is H.264 with slice groups, which are not decoded");
        }
        int[] numRefs = {b.golomb("num_ref_idx_l0_default_active_minus1", MOST_REFS - 1) + 1,
            b.golomb("num_ref_idx_l1_default_active_minus1", MOST_REFS - 1) + 1};
        boolean weightedP = b.flag();
        boolean weightedB = b.bits(2) == 1;
        b.golomb();
        b.golomb();
        b.golomb();
        b.flag();
        if (b.flag()) {
            throw new UnsupportedVideoException("is H.264 with constrained intra prediction, which is not decoded");
        }
        return new PictureParameters(id, sequence, orderPresent, numRefs, weightedP, weightedB, b.flag());
    }
}
