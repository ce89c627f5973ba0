package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.qwen.PatchGrid;
import io.github.x2i4j.model.qwen.PixelPatches;
import io.github.x2i4j.model.qwen.QwenVl;
import io.github.x2i4j.model.qwen.QwenVlInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Prompt and media to what the networks of a multimodal LLM are given. */
public final class MllmInputsComponent implements Component {
    private static final int SCRIPT_LENGTH = 512;

    @Override
    public String name() {
        return "mllm-inputs";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        String family = args.path("family").asText();
        if (!family.equals("qwen2_5_vl")) {
            throw new UnsupportedFeatureException("prompts for " + family + "; those for qwen2_5_vl work");
        }
        if (!args.path("videos").isEmpty() || !args.path("audios").isEmpty()) {
            throw new UnsupportedFeatureException("video and audio files are not decoded");
        }
        List<RgbImage> images = new ArrayList<>();
        args.path("images").forEach(file -> images.add(ImageDecoder.decode(golden.file(file.asText()))));
        MllmPrompt prompt = new MllmPrompt(args.path("prompt").asText(null), images);
        QwenVlInputs inputs = QwenVl.processor(ModelFolders.of(golden)).process(prompt, options(args), warning -> { });
        try (Scope s = engine.scope()) {
            Outputs out = new Outputs()
                    .putJson("text", inputs.text())
                    .put("input_ids", inputs.ids(), 1, inputs.ids().length)
                    .put("attention_mask", inputs.attentionMask(), 1, inputs.ids().length);
            if (!images.isEmpty()) {
                out.put("pixel_values", inputs.tensors(s).images().pixels())
                        .put("image_grid_thw", inputs.images().stream().map(PixelPatches::grid)
                                .flatMapToLong(MllmInputsComponent::thw).toArray(), images.size(), 3);
            }
            return out;
        }
    }

    private static LongStream thw(PatchGrid g) {
        return LongStream.of(g.t(), g.h(), g.w());
    }

    private static PromptOptions options(JsonNode args) {
        boolean unpadded = args.has("max_length") && args.get("max_length").isNull();
        Padding padding = switch (args.path("padding_side").asText("right")) {
            case "right" -> Padding.RIGHT;
            case "left" -> Padding.LEFT;
            default -> throw new InvalidInputException("padding_side " + args.get("padding_side") + " is neither left nor right");
        };
        JsonNode size = args.path("image_size");
        return new PromptOptions(unpadded ? 0 : args.path("max_length").asInt(SCRIPT_LENGTH), unpadded ? Padding.NONE : padding,
                size.isArray() ? new ImageSize(size.get(0).asInt(), size.get(1).asInt()) : null, SpecialTokens.INTERPRET);
    }
}
