package io.github.x2i4j.model.media.video;

/**
 * What a H.264 sequence parameter set says (ITU-T H.264, 7.3.2.1.1), checked before the decoder sees it.
 *
 * @param frameNumBits bits of frame_num
 * @param orderType pic_order_cnt_type
 * @param orderBits bits of pic_order_cnt_lsb
 * @param deltaOrder whether slices hold delta_pic_order_cnt
 * @param numRefFrames most reference frames
 * @param macroblockColumns width in macroblocks of 16 pixels
 * @param macroblockRows height in macroblocks
 * @param left pixels cut off, like the other three
 * @param bt709 whether the colours are those of BT.709; otherwise of BT.601
 * @param fullRange whether luma runs from 0 to 255 and not from 16 to 235
 */
record SequenceParameters(int id, int frameNumBits, int orderType, int orderBits, boolean deltaOrder, int numRefFrames,
        int macroblockColumns, int macroblockRows, int left, int right, int top, int bottom, boolean bt709, boolean fullRange) {
    private static final int BASELINE = 66;
    private static final int MAIN = 77;
    private static final int HIGH = 100;
    private static final int MACROBLOCK = 16;
    /** Macroblocks a side, far above what any level allows. */
    private static final int MOST_MACROBLOCKS = 1 << 12;
    private static final int EXTENDED_ASPECT = 255;
    private static final int MATRIX_BT709 = 1;

    /** Pixels a row that are shown. */
    int width() {
        return macroblockColumns * MACROBLOCK - left - right;
    }

    /** Rows that are shown. */
    int height() {
        return macroblockRows * MACROBLOCK - top - bottom;
    }

    /** Marks where what only displays and transmitters need begins: {@code vui_parameters_present_flag}. */
    static SequenceParameters read(NalBits b, VideoOptions options) throws CorruptVideoException, UnsupportedVideoException {
        int profile = b.bits(8);
        b.bits(16);
        if (profile != BASELINE && profile != MAIN && profile != HIGH) {
            throw new UnsupportedVideoException("is H.264 of profile " + profile
                    + ", and Baseline (66), Main (77) and High (100) are decoded");
        }
        int id = b.golomb("seq_parameter_set_id", 31);
        if (profile == HIGH) {
            readHigh(b);
        }
        int frameNumBits = b.golomb("log2_max_frame_num_minus4", 12) + 4;
        int orderType = b.golomb("pic_order_cnt_type", 2);
        int orderBits = 0;
        boolean deltaOrder = false;
        if (orderType == 0) {
            orderBits = b.golomb("log2_max_pic_order_cnt_lsb_minus4", 12) + 4;
        } else if (orderType == 1) {
            deltaOrder = !b.flag();
            b.golomb();
            b.golomb();
            int cycle = b.golomb("num_ref_frames_in_pic_order_cnt_cycle", 255);
            for (int i = 0; i < cycle; i++) {
                b.golomb();
            }
        }
        int numRefFrames = b.golomb("max_num_ref_frames", 16);
        b.flag();
        int columns = b.golomb("pic_width_in_mbs_minus1", MOST_MACROBLOCKS) + 1;
        int rows = b.golomb("pic_height_in_map_units_minus1", MOST_MACROBLOCKS) + 1;
        if (!b.flag()) {
            throw new UnsupportedVideoException("is interlaced H.264, which is not decoded");
        }
        if ((long) columns * rows * MACROBLOCK * MACROBLOCK > options.maxPixels() + (columns + rows) * (long) MACROBLOCK * MACROBLOCK) {
            throw new CorruptVideoException("has frames of " + columns * MACROBLOCK + " x " + rows * MACROBLOCK
                    + " pixels, which exceeds the limit of " + options.maxPixels() + "; scale it down");
        }
        b.flag();
        int[] crop = b.flag() ? new int[] {crop(b, columns), crop(b, columns), crop(b, rows), crop(b, rows)} : new int[4];
        if (crop[0] + crop[1] >= columns * MACROBLOCK || crop[2] + crop[3] >= rows * MACROBLOCK) {
            throw new CorruptVideoException("is corrupt: its frames are cut down to nothing");
        }
        b.mark();
        boolean[] colours = b.flag() ? colours(b) : new boolean[2];
        return new SequenceParameters(id, frameNumBits, orderType, orderBits, deltaOrder, numRefFrames, columns, rows, crop[0], crop[1],
                crop[2], crop[3], colours[0], colours[1]);
    }

    private static void readHigh(NalBits b) throws CorruptVideoException, UnsupportedVideoException {
        int chroma = b.golomb("chroma_format_idc", 3);
        if (chroma != 1) {
            throw new UnsupportedVideoException("is H.264 with " + new String[] {"no colour", "", "4:2:2 colour", "4:4:4 colour"}[chroma]
                    + ", and 4:2:0 is decoded");
        }
        if (b.golomb("bit_depth_luma_minus8", 6) + b.golomb("bit_depth_chroma_minus8", 6) > 0 || b.flag()) {
            throw new UnsupportedVideoException("is H.264 of more than 8 bits or without loss, which is not decoded");
        }
        if (b.flag()) {
            for (int i = 0; i < 8; i++) {
                if (b.flag()) {
                    skipScalingList(b, i < 6 ? 16 : 64);
                }
            }
        }
    }

    private static void skipScalingList(NalBits b, int size) throws CorruptVideoException {
        long next = 8;
        for (int j = 0; j < size && next != 0; j++) {
            next = Math.floorMod(next + b.signedGolomb(), 256L);
        }
    }

    /** In pixels; the stream counts pairs. */
    private static int crop(NalBits b, int macroblocks) throws CorruptVideoException {
        return 2 * b.golomb("frame_crop_offset", macroblocks * MACROBLOCK);
    }

    /** BT.709, full range. */
    private static boolean[] colours(NalBits b) throws CorruptVideoException {
        if (b.flag() && b.bits(8) == EXTENDED_ASPECT) {
            b.bits(32);
        }
        if (b.flag()) {
            b.flag();
        }
        if (!b.flag()) {
            return new boolean[2];
        }
        b.bits(3);
        boolean full = b.flag();
        if (!b.flag()) {
            return new boolean[] {false, full};
        }
        b.bits(16);
        return new boolean[] {b.bits(8) == MATRIX_BT709, full};
    }
}
