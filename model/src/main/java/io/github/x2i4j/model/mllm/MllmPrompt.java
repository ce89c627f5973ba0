package io.github.x2i4j.model.mllm;

import io.github.x2i4j.model.media.RgbImage;
import java.util.List;

/**
 * What the user asks, before a family's chat template is put around it.
 *
 * @param text the user's text, or null where there is none (then the template holds no text item)
 * @param images pictures in their own size, in the user's order
 */
public record MllmPrompt(String text, List<RgbImage> images) {
    public MllmPrompt {
        images = List.copyOf(images);
    }
}
