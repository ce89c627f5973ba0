package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.model.media.audio.AudioFeatures;
import io.github.x2i4j.model.minicpm.AudioLengths;
import io.github.x2i4j.model.minicpm.MiniCpm;
import io.github.x2i4j.model.minicpm.MiniCpmFamily;
import io.github.x2i4j.model.minicpm.MiniCpmImageProcessor;
import io.github.x2i4j.model.minicpm.MiniCpmInputs;
import io.github.x2i4j.model.minicpm.PixelPatches;
import io.github.x2i4j.model.minicpm.TokenBounds;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
import io.github.x2i4j.model.prompt.Slices;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;

/** Golden cases of MiniCPM-o's processor. */
final class MiniCpmCases implements FamilyCases {
    @Override
    public String name() {
        return "minicpm_o_2_6";
    }

    @Override
    public String chatText(GoldenCase golden) {
        JsonNode args = golden.args();
        long[] tokens = StreamSupport.stream(args.path("audio_samples").spliterator(), false)
                .mapToLong(n -> AudioLengths.tokens(AudioLengths.frames(n.asLong()))).toArray();
        return MiniCpmChatTemplate.render(new MiniCpmChatTemplate.Message(args.path("prompt").textValue(),
                Collections.nCopies(args.path("images").asInt(), Slices.NONE), tokens), args.path("image_tokens").asInt(), false).text();
    }

    @Override
    public Outputs image(GoldenCase golden, Engine engine) {
        PixelPatches image = MiniCpmImageProcessor.read(golden.model()).patches(CaseMedia.scriptImage(golden));
        return pixels(new Outputs(), "pixel_values", image).put("tgt_size", new long[] {image.grid().rows(), image.grid().columns()}, 1, 2);
    }

    @Override
    public Outputs inputs(GoldenCase golden, Engine engine) {
        MiniCpmInputs inputs = MiniCpm.processor(ModelFolders.of(golden)).process(CaseMedia.prompt(golden),
                MiniCpmFamily.SCRIPT_PROMPT.withSpecialTokens(SpecialTokens.INTERPRET), warning -> { });
        long[] ids = inputs.prompt().ids();
        Outputs out = new Outputs().put("input_ids", ids, 1, ids.length);
        List<PixelPatches> images = inputs.images();
        if (!images.isEmpty()) {
            bounds(out, "image_bound", inputs.imageBounds());
            out.put("tgt_sizes", images.stream().flatMapToLong(i -> LongStream.of(i.grid().rows(), i.grid().columns())).toArray(),
                    images.size(), 2);
        }
        for (int i = 0; i < images.size(); i++) {
            pixels(out, "pixel_values_" + i, images.get(i));
        }
        AudioFeatures sounds = inputs.sounds();
        if (sounds != null) {
            bounds(out, "audio_bounds", inputs.audioBounds());
            out.put("audio_features", sounds.values(), sounds.pieces(), AudioFeatures.BANDS, sounds.frames())
                    .put("audio_feature_lens", Arrays.stream(sounds.lengths()).asLongStream().toArray(), sounds.pieces());
        }
        return out;
    }

    private static void bounds(Outputs out, String name, List<TokenBounds> bounds) {
        out.put(name, bounds.stream().flatMapToLong(b -> LongStream.of(b.begin(), b.end())).toArray(), bounds.size(), 2);
    }

    private static Outputs pixels(Outputs out, String name, PixelPatches image) {
        return out.put(name, image.values(), 3, image.patchSize(), (long) image.patchSize() * image.grid().patches());
    }
}
