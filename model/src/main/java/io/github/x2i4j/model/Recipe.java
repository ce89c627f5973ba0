package io.github.x2i4j.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.noise.Noise;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.X2iPrompt;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All that is needed to make a picture again: the same weights, inputs, seed and library on the same kind of kernels give the same
 * pixels, for any number of threads. It travels in the picture's metadata and therefore holds names and hashes, no paths.
 *
 * @param kernels that computed, such as {@code vector 256}
 * @param models what was used, by role: {@code bundle}, {@code mllm}, {@code alignnet}, {@code flux}
 * @param text the prompt, or null
 * @param images pictures that were drawn from
 * @param videos videos that were drawn from
 * @param audios sounds that were drawn from
 * @param drawing seed, steps, guidance, size
 * @param reading how X2I's language model read the prompt, or null for plain FLUX
 * @param plainFlux what only plain FLUX knows, or null for X2I
 * @param before the turns before the prompt, where it is one of a dialogue
 */
public record Recipe(String version, String kernels, Map<String, String> models, String text, List<Source> images,
        List<Source> videos, List<Source> audios, Drawing drawing, Reading reading, PlainFlux plainFlux, List<Said> before) {
    /** PNG keyword under which {@link #toJson} is stored. */
    public static final String PNG_KEYWORD = "x2i";

    /** A picture, video or sound that was drawn from. */
    public record Source(String name, String sha256) {
        static Source of(SourceImage image) {
            return new Source(image.name(), image.sha256());
        }

        static Source of(SourceVideo video) {
            return new Source(video.name(), video.sha256());
        }

        static Source of(SourceAudio audio) {
            return new Source(audio.name(), audio.sha256());
        }
    }

    /** An earlier turn of a dialogue. */
    public record Said(String text, List<Source> images, String answer) {
    }

    /**
     * How the picture was drawn.
     *
     * @param width pixels a row
     * @param height rows
     * @param vaeTile side of the autoencoder's tiles in pixels, 0 where it worked on the whole picture
     * @param noise whose random numbers drawing began with
     */
    public record Drawing(long seed, int steps, double guidance, int width, int height, int vaeTile, Noise noise) {
        static Drawing of(DrawOptions o, Picture picture) {
            return new Drawing(o.seed(), o.steps(), o.guidance(), picture.width(), picture.height(), o.vaeTile(), o.noise());
        }
    }

    /**
     * How X2I's language model read the prompt.
     *
     * @param maxNewTokens most tokens of the answer; they and what follows count only where the picture is drawn from one
     * @param answer the model's answer, or null
     */
    public record Reading(PromptOptions options, HiddenRows rows, int maxNewTokens, boolean answerFromPadded, String answer) {
    }

    /**
     * What plain FLUX was told besides.
     *
     * @param strength of {@code images}' one picture, where drawing began with it
     */
    public record PlainFlux(String prompt2, String negative, double trueCfgScale, int maxSequenceLength, double strength) {
    }

    /**
     * The recipe of a picture that X2I drew.
     *
     * @param answer the model's answer, or null
     */
    public static Recipe ofX2i(EngineInfo engine, Bundle bundle, X2iPrompt prompt, List<SourceImage> images,
            List<SourceVideo> videos, List<SourceAudio> audios, DrawOptions o, Picture picture, String answer) {
        Map<String, String> models = new LinkedHashMap<>();
        models.put("bundle", bundle.name());
        models.put("family", bundle.family());
        models.put("mllm", fileName(bundle.mllm()));
        models.put("alignnet", fileName(bundle.alignnet()));
        models.put("flux", fileName(bundle.flux()));
        if (bundle.vae() != null) {
            models.put("vae", fileName(bundle.vae()));
        }
        return new Recipe(X2i.version(), engine.label(), models, prompt.content().text(), images.stream().map(Source::of).toList(),
                videos.stream().map(Source::of).toList(), audios.stream().map(Source::of).toList(),
                Drawing.of(o, picture), new Reading(prompt.options(), prompt.rows(), prompt.maxNewTokens(), prompt.answerFromPadded(),
                answer), null, List.of());
    }

    /**
     * The recipe of a picture that FLUX drew from its own text encoders.
     *
     * @param image the picture that drawing began with, or null
     */
    public static Recipe ofFlux(EngineInfo engine, FluxParts flux, FluxPrompt prompt, SourceImage image, DrawOptions o, Picture picture) {
        Map<String, String> models = new LinkedHashMap<>();
        models.put("flux", fileName(flux.path()));
        flux.named().forEach((part, file) -> {
            if (!file.equals(flux.path())) {
                models.put(part.folder(), fileName(file));
            }
        });
        return new Recipe(X2i.version(), engine.label(), models, prompt.prompt(),
                image == null ? List.of() : List.of(Source.of(image)), List.of(), List.of(), Drawing.of(o, picture), null,
                new PlainFlux(prompt.prompt2(), prompt.negative(), o.trueCfgScale(), prompt.maxSequenceLength(), o.strength()), List.of());
    }

    /** The same, drawn in a dialogue. */
    Recipe after(List<X2iDialogue.Turn> turns) {
        return new Recipe(version, kernels, models, text, images, videos, audios, drawing, reading, plainFlux, turns.stream()
                .map(t -> new Said(t.text(), t.images().stream().map(Source::of).toList(), t.answer())).toList());
    }

    /** PNG keywords and texts: software, prompt, and the recipe itself. */
    public Map<String, String> metadata() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("Software", "x2i4j " + version);
        if (text != null) {
            texts.put("Description", text);
        }
        texts.put(PNG_KEYWORD, toJson());
        return texts;
    }

    /** One line of JSON. */
    public String toJson() {
        ObjectNode o = JsonNodeFactory.instance.objectNode().put("version", version).put("kernels", kernels);
        ObjectNode names = o.putObject("models");
        models.forEach(names::put);
        if (!before.isEmpty()) {
            ArrayNode turns = o.putArray("dialogue");
            for (Said said : before) {
                ObjectNode turn = turns.addObject().put("prompt", said.text);
                putSources(turn, "images", said.images);
                turn.put("answer", said.answer);
            }
        }
        o.put("prompt", text);
        putSources(o, "images", images);
        putSources(o, "videos", videos);
        putSources(o, "audios", audios);
        o.put("seed", drawing.seed).put("steps", drawing.steps).put("guidance", drawing.guidance).put("width", drawing.width)
                .put("height", drawing.height);
        if (drawing.vaeTile > 0) {
            o.put("vae_tile", drawing.vaeTile);
        }
        if (!drawing.noise.equals(Noise.DEFAULT)) {
            o.put("noise", drawing.noise.toString());
        }
        if (reading != null) {
            putReading(o);
        }
        if (plainFlux != null) {
            putPlainFlux(o);
        }
        return o.toString();
    }

    private static void putSources(ObjectNode o, String field, List<Source> sources) {
        if (!sources.isEmpty()) {
            ArrayNode list = o.putArray(field);
            sources.forEach(i -> list.addObject().put("name", i.name).put("sha256", i.sha256));
        }
    }

    private void putReading(ObjectNode o) {
        PromptOptions p = reading.options;
        o.put("max_length", p.maxLength()).put("padding", lower(p.padding())).put("special_tokens", lower(p.specialTokens()));
        if (p.imageSize() != null) {
            o.putArray("image_size").add(p.imageSize().width()).add(p.imageSize().height());
        }
        if (p.style() != null) {
            o.put("prompt_style", p.style().label());
        }
        if (p.maxPixels() > 0) {
            o.put("max_pixels", p.maxPixels());
        }
        if (p.pictures().maxSlices() > 1) {
            o.put("max_slices", p.pictures().maxSlices());
        }
        if (p.template() != PromptOptions.Template.CHAT) {
            o.put("template", lower(p.template()));
        }
        if (p.videoRate() != PromptOptions.VideoRate.REFERENCE) {
            o.put("video_rate", lower(p.videoRate()));
        }
        o.put("rope_inv_freq", lower(p.rope()));
        o.put("drawn_from", lower(reading.rows));
        if (reading.rows != HiddenRows.PROMPT) {
            o.put("max_new_tokens", reading.maxNewTokens).put("answer_from_padded", reading.answerFromPadded).put("answer", reading.answer);
        }
    }

    private void putPlainFlux(ObjectNode o) {
        if (plainFlux.prompt2 != null) {
            o.put("prompt_2", plainFlux.prompt2);
        }
        if (plainFlux.negative != null) {
            o.put("negative_prompt", plainFlux.negative).put("true_cfg_scale", plainFlux.trueCfgScale);
        }
        o.put("max_sequence_length", plainFlux.maxSequenceLength);
        if (!images.isEmpty()) {
            o.put("strength", plainFlux.strength);
        }
    }

    private static String fileName(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
