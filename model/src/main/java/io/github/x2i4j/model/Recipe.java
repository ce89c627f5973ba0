package io.github.x2i4j.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.model.mllm.PromptOptions;
import java.util.List;
import java.util.Locale;

/**
 * All that is needed to make a picture again: the same bundle, inputs and seed on the same kind of kernels give the same pixels.
 *
 * @param version of this library
 * @param kernels that computed
 * @param models names of bundle, multimodal LLM, AlignNet and FLUX
 * @param text as it was asked, or null
 * @param images pictures it was drawn from
 * @param prompt how text and pictures became tokens
 * @param drawnFrom {@code prompt}, {@code answer} or {@code both}
 * @param maxNewTokens most tokens of the answer; 0 where none was asked for
 * @param answerFromPadded the answer continued the padded prompt
 * @param answer the model's answer, or null
 * @param width pixels a row
 * @param height rows
 */
public record Recipe(String version, String kernels, Models models, String text, List<Source> images, PromptOptions prompt,
        String drawnFrom, int maxNewTokens, boolean answerFromPadded, String answer, long seed, int steps, double guidance, int width,
        int height) {
    /** PNG keyword under which {@link #toJson} is stored. */
    public static final String PNG_KEYWORD = "x2i";

    /** Names, not paths: the recipe travels with the picture. */
    public record Models(String bundle, String family, String mllm, String alignnet, String flux) {
    }

    /** A picture that was drawn from. */
    public record Source(String name, String sha256) {
    }

    /** One line of JSON. */
    public String toJson() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        ObjectNode o = json.objectNode();
        o.put("software", "x2i4j " + version).put("kernels", kernels);
        o.putObject("models").put("bundle", models.bundle).put("family", models.family).put("mllm", models.mllm)
                .put("alignnet", models.alignnet).put("flux", models.flux);
        o.put("prompt", text);
        var list = o.putArray("images");
        images.forEach(i -> list.addObject().put("name", i.name).put("sha256", i.sha256));
        o.put("seed", seed).put("steps", steps).put("guidance", guidance).put("width", width).put("height", height);
        ObjectNode p = o.putObject("prompt_options").put("max_length", prompt.maxLength()).put("padding", lower(prompt.padding()))
                .put("special_tokens", lower(prompt.specialTokens()));
        if (prompt.imageSize() != null) {
            p.putArray("image_size").add(prompt.imageSize().width()).add(prompt.imageSize().height());
        }
        o.put("drawn_from", drawnFrom);
        if (maxNewTokens > 0) {
            o.put("max_new_tokens", maxNewTokens).put("answer_from_padded", answerFromPadded).put("answer", answer);
        }
        return o.toString();
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
