package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.ImageOptions;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.FrameRule;
import io.github.x2i4j.model.media.video.VideoFile;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.prompt.ChatMessage;
import io.github.x2i4j.model.prompt.QwenChatTemplate;
import io.github.x2i4j.model.qwen.PatchGrid;
import io.github.x2i4j.model.qwen.PixelPatches;
import io.github.x2i4j.model.qwen.QwenImageProcessor;
import io.github.x2i4j.model.qwen.QwenVl;
import io.github.x2i4j.model.qwen.QwenVlInputs;
import io.github.x2i4j.model.qwen.QwenVlUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Golden cases of Qwen2.5-VL's processor. */
final class QwenCases implements FamilyCases {
    @Override
    public String name() {
        return "qwen2_5_vl";
    }

    /** The cases' reference, as X2I pins it, drops {@code add_vision_id}: no numbers stand before the pictures. */
    @Override
    public String chatText(GoldenCase golden) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode m : golden.args().path("messages")) {
            List<ChatMessage.Content> content = new ArrayList<>();
            if (m.path("content").isTextual()) {
                content.add(new ChatMessage.Text(m.get("content").textValue(), false));
            } else {
                m.path("content").forEach(part -> content.add(part(golden, part)));
            }
            messages.add(new ChatMessage(m.path("role").asText(), content));
        }
        return QwenChatTemplate.render(messages, false, golden.args().path("add_generation_prompt").asBoolean(true)).text();
    }

    /** A part of a message, by its type or by what it holds, as the template tells them apart. */
    private static ChatMessage.Content part(GoldenCase golden, JsonNode part) {
        String type = part.path("type").asText();
        if (type.equals("image") || part.has("image") || part.has("image_url")) {
            return new ChatMessage.Image();
        }
        if (type.equals("video") || part.has("video")) {
            return new ChatMessage.Video();
        }
        if (part.path("text").isTextual()) {
            return new ChatMessage.Text(part.get("text").textValue(), false);
        }
        throw new InvalidInputException(golden.folder() + ": a message holds neither image, video nor text");
    }

    @Override
    public Outputs image(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        QwenImageProcessor processor = QwenImageProcessor.read(ModelFolders.of(golden));
        RgbImage image = switch (args.path("entry").asText("script")) {
            case "script" -> CaseMedia.scriptImage(golden);
            case "qwen_vl_utils" -> QwenVlUtils.fetchImage(ImageDecoder.decode(CaseMedia.file(golden), ImageOptions.DEFAULT.with(
                    ImageOptions.Transparency.ON_WHITE)), processor.factor(), args.path("max_pixels").asLong(QwenVlUtils.MAX_PIXELS));
            default -> throw new InvalidInputException("entry " + args.get("entry") + " is neither script nor qwen_vl_utils");
        };
        return patches("pixel_values", "image_grid_thw", processor.image(image));
    }

    @Override
    public Outputs video(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        QwenImageProcessor processor = QwenImageProcessor.read(ModelFolders.of(golden));
        long maxPixels = args.path("max_pixels").asLong(QwenVlUtils.SCRIPT_VIDEO_PIXELS);
        List<RgbImage> frames = args.hasNonNull("file")
                ? QwenVlUtils.plan(VideoFile.open(CaseMedia.file(golden)), processor.factor(), maxPixels,
                        args.path("fps").asDouble(FrameRule.SCRIPT_FPS)).frames()
                : QwenVlUtils.fetchVideo(CaseMedia.frames(golden.input("frames")), processor.factor(), maxPixels);
        return patches("pixel_values_videos", "video_grid_thw", processor.video(frames));
    }

    private static Outputs patches(String pixels, String thw, PixelPatches patches) {
        PatchGrid grid = patches.grid();
        return new Outputs().put(pixels, patches.values(), grid.patches(), patches.values().length / grid.patches())
                .put(thw, new long[] {grid.t(), grid.h(), grid.w()}, 1, 3);
    }

    @Override
    public Outputs inputs(GoldenCase golden, Engine engine) {
        MllmPrompt prompt = CaseMedia.prompt(golden);
        QwenVlInputs inputs = QwenVl.processor(ModelFolders.of(golden)).process(prompt, CaseMedia.promptOptions(golden), warning -> { });
        try (Scope s = engine.scope()) {
            Outputs out = new Outputs()
                    .putJson("text", inputs.text())
                    .put("input_ids", inputs.ids(), 1, inputs.ids().length)
                    .put("attention_mask", inputs.attentionMask(), 1, inputs.ids().length);
            if (!prompt.images().isEmpty()) {
                out.put("pixel_values", inputs.tensors(s).images().pixels())
                        .put("image_grid_thw", grids(inputs.images()), prompt.images().size(), 3);
            }
            if (!prompt.videos().isEmpty()) {
                out.put("pixel_values_videos", inputs.tensors(s).videos().pixels())
                        .put("video_grid_thw", grids(inputs.videos()), prompt.videos().size(), 3)
                        .put("second_per_grid_ts", inputs.secondsPerGrid(), prompt.videos().size());
            }
            return out;
        }
    }

    private static long[] grids(List<PixelPatches> items) {
        return items.stream().map(PixelPatches::grid).flatMapToLong(g -> LongStream.of(g.t(), g.h(), g.w())).toArray();
    }
}
