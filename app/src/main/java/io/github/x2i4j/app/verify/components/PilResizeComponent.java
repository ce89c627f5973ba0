package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.PilResize.Filter;
import io.github.x2i4j.model.media.RgbImage;
import java.util.Locale;

/** A picture decoded and resized as Pillow does it. */
public final class PilResizeComponent implements Component {
    @Override
    public String name() {
        return "pil-resize";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        RgbImage image = ImageDecoder.decode(golden.file(args.path("file").asText()));
        RgbImage resized = PilResize.resize(image, args.path("width").asInt(), args.path("height").asInt(),
                filter(golden, args.path("filter").asText("bicubic")));
        double[] values = new double[resized.rgb().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = resized.rgb()[i] & 0xFF;
        }
        return new Outputs().put("image", values, resized.height(), resized.width(), 3);
    }

    private static Filter filter(GoldenCase golden, String name) {
        for (Filter f : Filter.values()) {
            if (f.name().toLowerCase(Locale.ROOT).equals(name)) {
                return f;
            }
        }
        throw new InvalidInputException(golden.folder() + ": filter " + name + " is not bicubic, bilinear or lanczos");
    }
}
