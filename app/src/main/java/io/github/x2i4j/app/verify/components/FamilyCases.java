package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.util.List;

/**
 * How one family of multimodal LLMs runs the golden cases that all families have: what its processor makes of prompts and media.
 * What a family does not do stays refused.
 */
interface FamilyCases {
    /** All of them. */
    List<FamilyCases> ALL = List.of(new QwenCases(), new InternVlCases(), new MiniCpmCases());

    /** Name as in case.json, such as {@code qwen2_5_vl}. */
    String name();

    /** {@code chat-template}: the text that the LLM reads. */
    default String chatText(GoldenCase golden) {
        throw unsupported("a chat template");
    }

    /** {@code image-preprocess}: a picture file to what the vision tower takes. */
    default Outputs image(GoldenCase golden, Engine engine) {
        throw unsupported("pictures");
    }

    /** {@code video-preprocess}: a video file or its frames to what the vision tower takes. */
    default Outputs video(GoldenCase golden, Engine engine) {
        throw unsupported("videos");
    }

    /** {@code mllm-inputs}: prompt and media to what the networks are given. */
    default Outputs inputs(GoldenCase golden, Engine engine) {
        throw unsupported("prompts");
    }

    private UnsupportedFeatureException unsupported(String what) {
        return new UnsupportedFeatureException(what + " of the family " + name() + " are not supported");
    }

    /**
     * The family that an argument of a case names.
     *
     * @throws UnsupportedFeatureException if there is none of this name
     */
    static FamilyCases of(JsonNode argument) {
        return ALL.stream().filter(f -> f.name().equals(argument.asText())).findFirst().orElseThrow(() ->
                new UnsupportedFeatureException("multimodal LLMs of the family " + argument.asText() + " are not supported"));
    }
}
