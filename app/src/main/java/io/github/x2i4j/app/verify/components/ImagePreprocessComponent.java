package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.ImageOptions;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.qwen.PatchGrid;
import io.github.x2i4j.model.qwen.PixelPatches;
import io.github.x2i4j.model.qwen.QwenImageProcessor;
import io.github.x2i4j.model.qwen.QwenVlUtils;
import java.nio.file.Path;

/** A picture file to what a vision tower takes. */
public final class ImagePreprocessComponent implements Component {
    @Override
    public String name() {
        return "image-preprocess";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        String kind = args.path("kind").asText();
        if (!kind.equals("qwen2_5_vl")) {
            throw new UnsupportedFeatureException("pictures for " + kind + "; those for qwen2_5_vl work");
        }
        QwenImageProcessor processor = QwenImageProcessor.read(ModelFolders.of(golden));
        PixelPatches patches = processor.image(image(golden.file(args.path("file").asText()), args, processor));
        PatchGrid grid = patches.grid();
        return new Outputs()
                .put("pixel_values", patches.values(), grid.patches(), patches.values().length / grid.patches())
                .put("image_grid_thw", new long[] {grid.t(), grid.h(), grid.w()}, 1, 3);
    }

    /** What the entry path hands to the processor. */
    private static RgbImage image(Path file, JsonNode args, QwenImageProcessor processor) {
        switch (args.path("entry").asText("script")) {
            case "script" -> {
                RgbImage image = ImageDecoder.decode(file);
                JsonNode size = args.get("resize_to");
                return size == null || size.isNull() ? image
                        : PilResize.resize(image, size.get(0).asInt(), size.get(1).asInt(), PilResize.Filter.BICUBIC);
            }
            case "qwen_vl_utils" -> {
                return QwenVlUtils.fetchImage(ImageDecoder.decode(file, ImageOptions.DEFAULT.with(ImageOptions.Transparency.ON_WHITE)), processor.factor(),
                        args.path("max_pixels").asLong(QwenVlUtils.MAX_PIXELS));
            }
            default -> throw new InvalidInputException("entry " + args.get("entry") + " is neither script nor qwen_vl_utils");
        }
    }
}
