package io.github.x2i4j.model.prompt;

import io.github.x2i4j.loader.tokenizer.MarkedText;

/**
 * Chat template of MiniCPM-o 2.6 for one message of a user: the text that is tokenised, with the places of the tokens of pictures and
 * sounds already as many as they have ({@code MiniCPMOProcessor} without slices and picture numbers).
 */
public final class MiniCpmChatTemplate {
    /** Stands for a token of a picture or sound. */
    public static final String PLACE = "<unk>";
    /** Stands before a picture's tokens. */
    public static final String IMAGE_BEGIN = "<image>";
    /** Stands after a picture's tokens. */
    public static final String IMAGE_END = "</image>";
    /** Stands before the tokens of up to a second of sound. */
    public static final String AUDIO_BEGIN = "<|audio_start|>";
    /** Stands after them. */
    public static final String AUDIO_END = "<|audio_end|>";
    /** What the reference writes for a picture before it knows its tokens, and takes for one where a user typed it. */
    public static final String IMAGE_MARK = "(<image>./</image>)";
    /** The same for a sound. */
    public static final String AUDIO_MARK = "(<audio>./</audio>)";

    private static final String SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.";
    /** Tokens of a second of sound. */
    private static final int GROUP = 25;

    private MiniCpmChatTemplate() {
    }

    /**
     * The text of a message: pictures, sounds, words, in this order.
     *
     * @param text the words, or null for none
     * @param images number of pictures
     * @param imageTokens tokens of each
     * @param audioTokens tokens of each sound; one of 0 tokens leaves an empty line
     * @param literal whether special tokens written in the words are ordinary characters; the reference lets them count
     */
    public static MarkedText render(String text, int images, int imageTokens, long[] audioTokens, boolean literal) {
        MarkedText.Builder out = MarkedText.builder().marked("<|im_start|>system\n" + SYSTEM + "<|im_end|>\n<|im_start|>user\n");
        message(out, text, images, imageTokens, audioTokens, literal);
        return out.marked("<|im_end|>\n<|im_start|>assistant\n").build();
    }

    /** The message alone. */
    public static MarkedText bare(String text, int images, int imageTokens, long[] audioTokens, boolean literal) {
        MarkedText.Builder out = MarkedText.builder();
        message(out, text, images, imageTokens, audioTokens, literal);
        return out.build();
    }

    private static void message(MarkedText.Builder out, String text, int images, int imageTokens, long[] audioTokens, boolean literal) {
        for (int i = 0; i < images; i++) {
            out.marked(IMAGE_BEGIN + PLACE.repeat(imageTokens) + IMAGE_END + "\n");
        }
        for (long tokens : audioTokens) {
            for (long left = tokens; left > 0; left -= GROUP) {
                out.marked(AUDIO_BEGIN + PLACE.repeat((int) Math.min(left, GROUP)) + AUDIO_END);
            }
            out.marked("\n");
        }
        if (text != null && literal) {
            out.literal(text);
        } else if (text != null) {
            out.marked(text);
        }
    }
}
