package io.github.x2i4j.model.qwen;

import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.llm.DecoderConfig;

/**
 * config.json of Qwen2.5-VL, in the flat layout (text fields beside {@code vision_config}) or the nested one ({@code text_config}).
 *
 * @param imageTokenId id of {@code <|image_pad|>}, which stands for one token of a picture
 * @param videoTokenId id of {@code <|video_pad|>}
 */
public record QwenVlConfig(DecoderConfig text, VisionConfig vision, long imageTokenId, long videoTokenId) {

    /** @throws io.github.x2i4j.engine.InvalidInputException naming a field that is missing or wrong */
    public static QwenVlConfig read(Config c) {
        String type = c.text("model_type", "qwen2_5_vl");
        if (!type.equals("qwen2_5_vl")) {
            throw c.invalid("model_type", type + " is another model; qwen2_5_vl was expected");
        }
        Config text = textFields(c);
        boolean tied = c.flag("tie_word_embeddings", text.flag("tie_word_embeddings", false));
        DecoderConfig decoder = DecoderConfig.read(text, tied);
        VisionConfig vision = VisionConfig.read(c.object("vision_config"));
        if (vision.outHiddenSize() != decoder.hiddenSize()) {
            throw c.invalid("vision_config.out_hidden_size", vision.outHiddenSize() + " differs from the text model's hidden_size "
                    + decoder.hiddenSize());
        }
        return new QwenVlConfig(decoder, vision, c.integer("image_token_id"), c.integer("video_token_id"));
    }

    /** The object that holds the text model's fields. */
    public static Config textFields(Config c) {
        Config nested = c.objectOrNull("text_config");
        return nested == null ? c : nested;
    }
}
