package io.github.x2i4j.model;

import java.util.List;

/**
 * What a request gave.
 *
 * @param pictures as many as were asked for
 * @param answer the multimodal LLM's answer where one was asked for, otherwise null
 * @param warnings what the user should know, such as a prompt that was cut
 */
public record X2iResult(List<X2iPicture> pictures, String answer, List<String> warnings) {
    public X2iResult {
        pictures = List.copyOf(pictures);
        warnings = List.copyOf(warnings);
    }
}
