package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.FrameRule;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.media.video.VideoFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which frames of a clip are chosen, and their pixels. */
public final class VideoFramesComponent implements Component {
    @Override
    public String name() {
        return "video-frames";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        FrameRule rule = rule(args.path("rule").asText());
        double fps = args.path("fps").asDouble(FrameRule.SCRIPT_FPS);
        if (args.has("counts")) {
            List<List<Integer>> indices = new ArrayList<>();
            args.get("counts").forEach(c -> indices.add(Arrays.stream(rule.indices(c.get(0).asInt(), c.get(1).asDouble(), fps)).boxed()
                    .toList()));
            return new Outputs().putJson("indices", indices);
        }
        Video video = VideoFile.open(CaseMedia.file(golden));
        int[] indices = rule.indices(video.totalFrames(), video.averageFps(), fps);
        Outputs out = new Outputs().put("indices", Arrays.stream(indices).asLongStream().toArray(), indices.length)
                .putJson("total_frames", video.totalFrames()).putJson("average_fps", video.averageFps());
        return golden.wanted().contains("frames") ? frames(out, video.frames(indices, f -> thumbnail(f, args.path("thumbnail")))) : out;
    }

    private static FrameRule rule(String name) {
        return switch (name) {
            case "qwen2_5_vl" -> FrameRule.QWEN;
            case "minicpm_o_2_6" -> FrameRule.MINICPM_O;
            default -> throw new InvalidInputException("rule " + name + " is neither qwen2_5_vl nor minicpm_o_2_6");
        };
    }

    private static RgbImage thumbnail(RgbImage frame, JsonNode size) {
        return size.isArray() ? PilResize.resize(frame, size.get(0).asInt(), size.get(1).asInt(), PilResize.Filter.BICUBIC) : frame;
    }

    private static Outputs frames(Outputs out, List<RgbImage> frames) {
        RgbImage first = frames.getFirst();
        double[] values = new double[frames.size() * first.rgb().length];
        int i = 0;
        for (RgbImage frame : frames) {
            for (byte b : frame.rgb()) {
                values[i++] = b & 0xFF;
            }
        }
        return out.put("frames", values, frames.size(), first.height(), first.width(), 3);
    }
}
