package io.github.x2i4j.model.media.video;

import java.util.Arrays;
import java.util.TreeMap;
import org.jcodec.codecs.h264.io.model.Frame;
import org.jcodec.codecs.h264.io.model.RefPicMarking;
import org.jcodec.codecs.h264.io.model.SliceHeader;
import org.jcodec.common.IntObjectMap;

/** The decoded pictures that later ones refer to (ITU-T H.264, 8.2.5), for progressive video. */
final class References {
    /** By frame_num. */
    private Frame[] shortTerm = new Frame[0];
    private final TreeMap<Integer, Frame> longTerm = new TreeMap<>();
    private int lastFrameNum;

    /** Makes ready for a picture. */
    void begin(SliceStart start) throws CorruptVideoException {
        int numbers = 1 << start.sequence().frameNumBits();
        if (start.idr() || shortTerm.length == 0) {
            for (Frame f : shortTerm) {
                forget(f);
            }
            longTerm.values().forEach(References::forget);
            longTerm.clear();
            shortTerm = new Frame[numbers];
        } else if (shortTerm.length != numbers) {
            throw new CorruptVideoException("is corrupt: its format changes between key frames");
        } else if (start.frameNum() != lastFrameNum && start.frameNum() != (lastFrameNum + 1) % numbers) {
            throw new CorruptVideoException("is corrupt or cut: pictures " + lastFrameNum + " to " + start.frameNum()
                    + " of its H.264 stream are missing");
        }
        if (start.reference()) {
            lastFrameNum = start.frameNum();
        }
    }

    Frame[] shortTerm() {
        return shortTerm;
    }

    IntObjectMap<Frame> longTerm() {
        IntObjectMap<Frame> map = new IntObjectMap<>();
        longTerm.forEach(map::put);
        return map;
    }

    /** Keeps a picture and drops those that it replaces. */
    void mark(Frame picture, SliceHeader header, SliceStart start) throws CorruptVideoException {
        boolean kept = false;
        if (start.idr()) {
            if (header.refPicMarkingIDR.isUseForlongTerm()) {
                putLongTerm(0, picture);
                kept = true;
            }
        } else if (header.refPicMarkingNonIDR != null) {
            for (RefPicMarking.Instruction i : header.refPicMarkingNonIDR.getInstructions()) {
                kept |= apply(i, picture, start.frameNum());
            }
        } else if (count() >= Math.max(1, start.sequence().numRefFrames())) {
            dropOldest(start.frameNum());
        }
        if (!kept) {
            shortTerm[start.frameNum()] = picture;
        }
        if (count() > Math.max(1, start.sequence().numRefFrames())) {
            throw new CorruptVideoException("is corrupt: its pictures refer to more than " + start.sequence().numRefFrames() + " others");
        }
    }

    /** Follows one instruction; true where it keeps {@code picture} as a long-term reference. */
    private boolean apply(RefPicMarking.Instruction i, Frame picture, int frameNum) {
        int number = Math.floorMod(frameNum - i.getArg1(), shortTerm.length);
        switch (i.getType()) {
            case REMOVE_SHORT -> {
                forget(shortTerm[number]);
                shortTerm[number] = null;
            }
            case REMOVE_LONG -> forget(longTerm.remove(i.getArg1()));
            case CONVERT_INTO_LONG -> {
                if (shortTerm[number] != null) {
                    putLongTerm(i.getArg2(), shortTerm[number]);
                    shortTerm[number] = null;
                }
            }
            case TRUNK_LONG -> {
                var beyond = longTerm.tailMap(i.getArg1(), false);
                beyond.values().forEach(References::forget);
                beyond.clear();
            }
            case MARK_LONG -> {
                putLongTerm(i.getArg1(), picture);
                return true;
            }
            case CLEAR -> throw new IllegalStateException("refused before");
        }
        return false;
    }

    private void putLongTerm(int index, Frame picture) {
        picture.setShortTerm(false);
        forget(longTerm.put(index, picture));
    }

    /** Sliding window: the short-term reference that was decoded first goes. */
    private void dropOldest(int frameNum) {
        int n = shortTerm.length;
        for (int age = n - 1; age >= 0; age--) {
            int number = Math.floorMod(frameNum - age, n);
            if (shortTerm[number] != null) {
                forget(shortTerm[number]);
                shortTerm[number] = null;
                return;
            }
        }
    }

    private int count() {
        return longTerm.size() + (int) Arrays.stream(shortTerm).filter(f -> f != null).count();
    }

    /** Lets go of the pictures that a picture referred to, which would otherwise form a chain back to the last key frame. */
    private static void forget(Frame picture) {
        if (picture != null) {
            Arrays.fill(picture.getRefsUsed(), null);
        }
    }
}
