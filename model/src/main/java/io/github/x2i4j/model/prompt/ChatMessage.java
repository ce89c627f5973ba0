package io.github.x2i4j.model.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content what it says and shows, in order
 */
public record ChatMessage(String role, List<Content> content) {
    /** A part of a message. */
    public sealed interface Content {
    }

    /** Place of the next image. */
    public record Image() implements Content {
    }

    /** Place of the next video. */
    public record Video() implements Content {
    }

    /**
     * Words.
     *
     * @param literal whether special tokens written in the words are ordinary characters ({@code <|image_pad|>} typed by a
     *     user then claims no picture); the reference lets them count
     */
    public record Text(String text, boolean literal) implements Content {
    }

    public ChatMessage {
        content = List.copyOf(content);
    }

    /** A message of words alone. */
    public static ChatMessage text(String role, String text, boolean literal) {
        return new ChatMessage(role, List.of(new Text(text, literal)));
    }

    /**
     * A user's message in the order of X2I's scripts: images, videos, words.
     *
     * @param text the words, or null for none
     * @param literal see {@link Text}
     */
    public static ChatMessage user(int images, int videos, String text, boolean literal) {
        List<Content> content = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            content.add(new Image());
        }
        for (int i = 0; i < videos; i++) {
            content.add(new Video());
        }
        if (text != null) {
            content.add(new Text(text, literal));
        }
        return new ChatMessage("user", content);
    }
}
