package io.github.x2i4j.model.prompt;

import io.github.x2i4j.loader.tokenizer.MarkedText;
import java.util.List;

/**
 * Chat template of MiniCPM-o 2.6: the text that is tokenised, with the places of the tokens of pictures and sounds already as many as they
 * have ({@code MiniCPMOProcessor} without picture numbers).
 */
public final class MiniCpmChatTemplate {
    /** Stands for a token of a picture or sound. */
    public static final String PLACE = "<unk>";
    /** Stands before a picture's tokens. */
    public static final String IMAGE_BEGIN = "<image>";
    /** Stands after a picture's tokens. */
    public static final String IMAGE_END = "</image>";
    /** Stands before a slice's tokens. */
    public static final String SLICE_BEGIN = "<slice>";
    /** Stands after a slice's tokens. */
    public static final String SLICE_END = "</slice>";
    /** Stands before the tokens of up to a second of sound. */
    public static final String AUDIO_BEGIN = "<|audio_start|>";
    /** Stands after them. */
    public static final String AUDIO_END = "<|audio_end|>";
    /** What the reference writes for a picture before it knows its tokens, and takes for one where a user typed it. */
    public static final String IMAGE_MARK = "(<image>./</image>)";
    /** The same for a sound. */
    public static final String AUDIO_MARK = "(<audio>./</audio>)";

    /** Ends a message, and so the model's answer. */
    public static final String TURN_END = ChatMl.TURN_END;

    private static final String SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";
    /** Tokens of a second of sound. */
    private static final int GROUP = 25;

    private MiniCpmChatTemplate() {
    }

    /**
     * A message of the user: pictures, sounds, words, in this order.
     *
     * @param text the words, or null for none
     * @param pictures the slices of each picture
     * @param audioTokens tokens of each sound; one of 0 tokens leaves an empty line
     */
    public record Message(String text, List<Slices> pictures, long[] audioTokens) {
    }

    /** The text of a single message. */
    public static MarkedText render(Message message, int imageTokens, boolean literal) {
        return render(List.of(message), List.of(), imageTokens, literal);
    }

    /**
     * The text of a dialogue that the assistant answers next.
     *
     * @param messages of the user
     * @param answers to all but the last of them
     * @param imageTokens tokens of each picture and slice
     * @param literal whether special tokens written in words and answers are ordinary characters; the reference lets them count
     */
    public static MarkedText render(List<Message> messages, List<String> answers, int imageTokens, boolean literal) {
        return ChatMl.dialogue(SYSTEM, messages, (out, m) -> message(out, m, imageTokens, literal), answers, literal);
    }

    /** The message alone. */
    public static MarkedText bare(Message message, int imageTokens, boolean literal) {
        MarkedText.Builder out = MarkedText.builder();
        message(out, message, imageTokens, literal);
        return out.build();
    }

    private static void message(MarkedText.Builder out, Message m, int imageTokens, boolean literal) {
        String slice = SLICE_BEGIN + PLACE.repeat(imageTokens) + SLICE_END;
        for (Slices slices : m.pictures) {
            out.marked(IMAGE_BEGIN + PLACE.repeat(imageTokens) + IMAGE_END);
            for (int row = 0; row < slices.rows(); row++) {
                out.marked((row > 0 ? "\n" : "") + slice.repeat(slices.columns()));
            }
            out.marked("\n");
        }
        for (long tokens : m.audioTokens) {
            for (long left = tokens; left > 0; left -= GROUP) {
                out.marked(AUDIO_BEGIN + PLACE.repeat((int) Math.min(left, GROUP)) + AUDIO_END);
            }
            out.marked("\n");
        }
        if (m.text != null) {
            ChatMl.words(out, m.text, literal);
        }
    }
}
