package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxPipeline;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.List;

/** Plain FLUX from a prompt, or a prompt and a picture, to pictures. */
public final class FluxPipelineComponent implements Component {
    private static final double DEFAULT_STRENGTH = 0.6;

    @Override
    public String name() {
        return "flux-pipeline";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode a = golden.args();
        FluxPrompt prompt = new FluxPrompt(a.path("prompt").asText(), a.path("prompt_2").asText(null),
                a.path("negative_prompt").asText(null), a.path("max_sequence_length").asInt());
        DrawOptions options = DrawOptions.of(a.path("height").asInt(), a.path("width").asInt(), a.path("steps").asInt(),
                        a.path("guidance").asDouble())
                .withSizes(DrawOptions.Sizes.ROUND_DOWN)
                .withSeed(a.path("seed").asLong())
                .withCount(a.path("num_images").asInt(1))
                .withTrueCfgScale(a.path("true_cfg_scale").asDouble(1));
        if (a.has("image")) {
            options = options.from(ImageDecoder.decode(golden.file(a.path("image").asText())),
                    a.path("strength").asDouble(DEFAULT_STRENGTH));
        }
        try (Scope f = engine.scope()) {
            return outputs(FluxPipeline.open(ModelFolders.of(golden)).generate(f, prompt, options, Progress.NONE));
        }
    }

    /** Pictures of one size as the reference returns a batch of them. */
    static Outputs outputs(List<Picture> pictures) {
        Picture first = pictures.getFirst();
        int channels = first.latents().length / first.tokens();
        return new Outputs()
                .put("latents", joined(pictures.stream().map(Picture::latents).toList()), pictures.size(), first.tokens(), channels)
                .put("image", joined(pictures.stream().map(Picture::pixels).toList()), pictures.size(), 3, first.height(), first.width());
    }

    private static float[] joined(List<float[]> parts) {
        int each = parts.getFirst().length;
        float[] all = new float[each * parts.size()];
        for (int i = 0; i < parts.size(); i++) {
            System.arraycopy(parts.get(i), 0, all, i * each, each);
        }
        return all;
    }
}
