package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.audio.AudioDecoder;
import io.github.x2i4j.model.media.audio.AudioFeatures;
import io.github.x2i4j.model.media.audio.AudioOptions;
import java.util.Arrays;
import java.util.List;

/** A sound to what an audio encoder takes. */
public final class AudioPreprocessComponent implements Component {
    @Override
    public String name() {
        return "audio-preprocess";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        if (!args.path("kind").asText().equals("minicpm_o_2_6")) {
            throw new UnsupportedFeatureException("kind " + args.path("kind") + " takes no sounds");
        }
        float[] waveform = args.has("file") ? AudioDecoder.decode(CaseMedia.file(golden), AudioOptions.DEFAULT.part(
                args.path("offset").asDouble(0), args.path("duration").asDouble(Double.POSITIVE_INFINITY)))
                : floats(golden.input("waveform"));
        AudioFeatures features = AudioFeatures.of(List.of(waveform));
        return new Outputs().put("waveform", waveform, waveform.length)
                .put("input_features", features.values(), features.pieces(), AudioFeatures.BANDS, features.frames())
                .put("feature_lens", Arrays.stream(features.lengths()).asLongStream().toArray(), features.pieces());
    }

    private static float[] floats(Tensor t) {
        float[] values = new float[Math.toIntExact(t.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = t.getFloat(i);
        }
        return values;
    }
}
