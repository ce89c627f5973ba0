package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptOptions.VideoRate;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * What X2I does with a family of multimodal LLMs; what a prompt asks for beyond it is refused before anything is computed.
 *
 * @param model the family, for people
 * @param pictures most pictures of a prompt
 * @param videos most videos of a prompt
 * @param sounds whether it hears
 * @param slices whether large pictures can be cut into slices, to be read beside the whole
 * @param videoTimes whether it is told how much time lies between the steps of a video
 */
public record Abilities(String model, int pictures, int videos, boolean sounds, boolean slices, boolean videoTimes) {
    private static final String READERS = "Qwen2.5-VL or MiniCPM-o";

    /**
     * Refuses what the family does not do.
     *
     * @param past the turns of the dialogue before
     * @throws InvalidInputException if there is nothing to read
     * @throws UnsupportedFeatureException naming what is not done and which family does it
     */
    public void check(List<MllmTurn> past, MllmPrompt prompt) {
        if (prompt.isEmpty()) {
            throw new InvalidInputException("the prompt has neither text nor pictures" + (videos > 0 ? ", videos" : "")
                    + (sounds ? ", sounds" : "") + "; give at least one of them");
        }
        if (!prompt.audios().isEmpty() && !sounds) {
            throw new UnsupportedFeatureException(model + " does not hear; leave the sound out, or use MiniCPM-o");
        }
        int shown = count(past, prompt, p -> p.videos().size());
        if (shown > 0 && videos == 0) {
            throw new UnsupportedFeatureException(model + " reads no videos as X2I uses it; leave the video out, or use " + READERS);
        }
        if (shown > videos) {
            throw new UnsupportedFeatureException(model + " reads one video, and " + shown
                    + " were given; give one, or use MiniCPM-o");
        }
        if (prompt.images().size() > pictures) {
            throw new UnsupportedFeatureException(model + " reads one picture, and " + prompt.images().size()
                    + " were given; give one, or use " + READERS);
        }
    }

    /**
     * Refuses options that mean nothing to the family.
     *
     * @param past the turns of the dialogue before
     * @throws UnsupportedFeatureException naming the option and the family that knows it
     */
    public void check(List<MllmTurn> past, PromptOptions options) {
        if (options.pictures().maxSlices() > 1 && !slices) {
            throw new UnsupportedFeatureException(model + " reads pictures whole; leave slices (--max-slices) to MiniCPM-o");
        }
        if (options.videoRate() == VideoRate.TRUE && !videoTimes) {
            throw new UnsupportedFeatureException(model + " is not told the times of a video; leave the true rate (--video-rate) to "
                    + "Qwen2.5-VL");
        }
        if (options.template() == Template.BARE && !past.isEmpty()) {
            throw new UnsupportedFeatureException("a dialogue needs the chat template; the bare template (--template) is for single prompts");
        }
    }

    private static int count(List<MllmTurn> past, MllmPrompt prompt, ToIntFunction<MllmPrompt> media) {
        return Stream.concat(past.stream().map(MllmTurn::said), Stream.of(prompt)).mapToInt(media).sum();
    }
}
