package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.qwen.PatchGrid;
import io.github.x2i4j.model.qwen.PixelPatches;
import io.github.x2i4j.model.qwen.QwenImageProcessor;
import io.github.x2i4j.model.qwen.QwenVlUtils;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** Frames of a video to what a vision tower takes. */
public final class VideoPreprocessComponent implements Component {
    /** X2I's largest area of a frame. */
    private static final long SCRIPT_MAX_PIXELS = 16384;

    @Override
    public String name() {
        return "video-preprocess";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        String kind = args.path("kind").asText();
        if (!kind.equals("qwen2_5_vl")) {
            throw new UnsupportedFeatureException("videos for " + kind + "; those for qwen2_5_vl work");
        }
        if (args.hasNonNull("file")) {
            throw new UnsupportedFeatureException("video files are not decoded");
        }
        QwenImageProcessor processor = QwenImageProcessor.read(ModelFolders.of(golden));
        List<RgbImage> frames = QwenVlUtils.fetchVideo(frames(golden.input("frames")), processor.factor(),
                args.path("max_pixels").asLong(SCRIPT_MAX_PIXELS));
        PixelPatches patches = processor.video(frames);
        PatchGrid grid = patches.grid();
        return new Outputs()
                .put("pixel_values_videos", patches.values(), grid.patches(), patches.values().length / grid.patches())
                .put("video_grid_thw", new long[] {grid.t(), grid.h(), grid.w()}, 1, 3);
    }

    /** [n, H, W, 3] */
    private static List<RgbImage> frames(Tensor t) {
        if (t.dtype() != DType.U8 || t.rank() != 4 || t.dim(0) < 1 || t.dim(3) != 3) {
            throw new InvalidInputException("frames are " + t + "; expected U8 [n, H, W, 3]");
        }
        List<RgbImage> frames = new ArrayList<>();
        for (long i = 0; i < t.dim(0); i++) {
            frames.add(new RgbImage(Math.toIntExact(t.dim(2)), Math.toIntExact(t.dim(1)),
                    t.row(i).segment().toArray(ValueLayout.JAVA_BYTE)));
        }
        return frames;
    }
}
