package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.Video;
import java.util.List;

/**
 * What the user asks, before a family's chat template is put around it.
 *
 * @param text the user's text, or null where there is none (then the template holds no text item)
 * @param images pictures in their own size, in the user's order
 * @param videos clips, of which the family chooses frames; families read images first, then videos, sounds, and then the text
 * @param audios samples of sounds, one channel at 16 kHz; not copied
 */
public record MllmPrompt(String text, List<RgbImage> images, List<Video> videos, List<float[]> audios) {
    /** Characters of a text: some ten times what the families' models were made for. */
    private static final int MOST_TEXT = 1_000_000;
    private static final int MOST_MEDIA = 256;

    public MllmPrompt {
        if (text != null && text.length() > MOST_TEXT) {
            throw new InvalidInputException("the text has " + text.length() + " characters, at most " + MOST_TEXT + " are read; shorten it");
        }
        if (Math.max(images.size(), Math.max(videos.size(), audios.size())) > MOST_MEDIA) {
            throw new InvalidInputException("the prompt has " + images.size() + " pictures, " + videos.size() + " videos and " + audios.size()
                    + " sounds, at most " + MOST_MEDIA + " of each are read; leave some out");
        }
        images = List.copyOf(images);
        videos = List.copyOf(videos);
        audios = List.copyOf(audios);
    }

    /** Text, pictures and videos. */
    public MllmPrompt(String text, List<RgbImage> images, List<Video> videos) {
        this(text, images, videos, List.of());
    }

    /** Text and pictures. */
    public MllmPrompt(String text, List<RgbImage> images) {
        this(text, images, List.of());
    }

    /** The same prompt with other videos. */
    public MllmPrompt withVideos(List<Video> other) {
        return new MllmPrompt(text, images, other, audios);
    }

    /** Whether there is neither text nor anything to see or hear. */
    public boolean isEmpty() {
        return (text == null || text.isEmpty()) && images.isEmpty() && videos.isEmpty() && audios.isEmpty();
    }
}
