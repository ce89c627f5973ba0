package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.TorchResize;
import io.github.x2i4j.model.media.video.FrameRule;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.mllm.PromptOptions.Pictures;
import java.util.List;

/**
 * The resizing that the helper package qwen-vl-utils 0.0.10 does before the processor sees a picture (the entry path of ComfyUI
 * and of conversations) or the frames of a video.
 */
public final class QwenVlUtils {
    /** Sides become multiples of so many pixels where no model asks for another factor. */
    public static final int FACTOR = 28;
    /** Least area of a picture, in pixels. */
    public static final long MIN_PIXELS = 4 * 28 * 28;
    /** Largest area where nothing smaller is asked for. */
    public static final long MAX_PIXELS = 16384 * 28 * 28;

    /** Largest area of a video's frame that X2I's scripts ask for. */
    public static final long SCRIPT_VIDEO_PIXELS = 16384;

    private static final long VIDEO_MIN_PIXELS = 128 * 28 * 28;
    private static final long VIDEO_MAX_PIXELS = 768 * 28 * 28;
    private static final long VIDEO_TOTAL_PIXELS = 115200 * 28 * 28;

    private QwenVlUtils() {
    }

    /**
     * {@code fetch_image}. Transparent pictures are to be laid on white before.
     *
     * @param factor sides become multiples of so many pixels
     * @throws io.github.x2i4j.engine.InvalidInputException if the picture is too narrow
     */
    public static RgbImage fetchImage(RgbImage image, int factor, long maxPixels) {
        SmartResize.Size size = SmartResize.utils(image.height(), image.width(), factor, MIN_PIXELS, maxPixels);
        return PilResize.resize(image, size.width(), size.height(), PilResize.Filter.BICUBIC);
    }

    /**
     * What a prompt's options do to a picture before the family's own preprocessing: squashed, then {@code fetch_image}, each where it is
     * asked for.
     *
     * @param factor sides that {@code fetch_image} gives become multiples of so many pixels
     */
    public static RgbImage prepare(RgbImage image, Pictures rule, int factor) {
        RgbImage squashed = rule.size() == null ? image
                : PilResize.resize(image, rule.size().width(), rule.size().height(), PilResize.Filter.BICUBIC);
        return rule.maxPixels() == 0 ? squashed : fetchImage(squashed, factor, rule.maxPixels());
    }

    /** The size that {@link #prepare} gives a picture. */
    public static SmartResize.Size prepared(int width, int height, Pictures rule, int factor) {
        int w = rule.size() == null ? width : rule.size().width();
        int h = rule.size() == null ? height : rule.size().height();
        return rule.maxPixels() == 0 ? new SmartResize.Size(h, w) : SmartResize.utils(h, w, factor, MIN_PIXELS, rule.maxPixels());
    }

    /**
     * {@code fetch_video} from chosen frames of one size on. The largest area is tested before the least: where it is below
     * (X2I asks for 16384), small frames are enlarged to the least.
     *
     * @param factor sides become multiples of so many pixels
     * @param maxPixels largest area of a frame
     * @throws io.github.x2i4j.engine.InvalidInputException if the frames are too narrow
     */
    public static List<RgbImage> fetchVideo(List<RgbImage> frames, int factor, long maxPixels) {
        RgbImage first = frames.getFirst();
        SmartResize.Size size = frameSize(first.height(), first.width(), frames.size(), factor, maxPixels);
        return frames.stream().map(f -> TorchResize.bicubic(f, size.width(), size.height())).toList();
    }

    /**
     * What {@code fetch_video} will see of a video.
     *
     * @param indices of the frames
     * @param size to which they are resized
     */
    public record VideoPlan(Video video, int[] indices, SmartResize.Size size) {
        /** Decodes; frames are resized one by one. */
        public List<RgbImage> frames() {
            return video.frames(indices, f -> TorchResize.bicubic(f, size.width(), size.height()));
        }
    }

    /**
     * Frames chosen by {@link FrameRule#QWEN}; nothing is decoded yet.
     *
     * @param maxPixels largest area of a frame
     * @param fps frames a second to see
     * @throws InvalidInputException if the video is too short or too narrow
     */
    public static VideoPlan plan(Video video, int factor, long maxPixels, double fps) {
        try {
            int[] indices = FrameRule.QWEN.indices(video.totalFrames(), video.averageFps(), fps);
            return new VideoPlan(video, indices, frameSize(video.height(), video.width(), indices.length, factor, maxPixels));
        } catch (InvalidInputException e) {
            throw new InvalidInputException(video.name() + ": " + e.getMessage(), e);
        }
    }

    private static SmartResize.Size frameSize(int height, int width, int frames, int factor, long maxPixels) {
        double cap = Math.max(Math.min(VIDEO_MAX_PIXELS, (double) VIDEO_TOTAL_PIXELS / frames * 2), (long) (VIDEO_MIN_PIXELS * 1.05));
        return SmartResize.utils(height, width, factor, VIDEO_MIN_PIXELS, (long) Math.min(maxPixels, cap));
    }
}
