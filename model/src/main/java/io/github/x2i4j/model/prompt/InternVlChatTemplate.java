package io.github.x2i4j.model.prompt;

import io.github.x2i4j.loader.tokenizer.MarkedText;

/**
 * Conversation template {@code internvl2_5} of InternVL2.5 for one question: the text that is tokenised, with the places of a picture's
 * tokens already as many as it has ({@code InternVLChatModel.chat}).
 */
public final class InternVlChatTemplate {
    /** Stands for a token of a picture. */
    public static final String CONTEXT = "<IMG_CONTEXT>";
    /** Stands before a picture's tokens. */
    public static final String BEGIN = "<img>";
    /** Stands after a picture's tokens. */
    public static final String END = "</img>";

    private static final String SYSTEM = "你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。";
    /** Where the picture goes, if the question says so; no token. */
    private static final String PLACE = "<image>";

    private InternVlChatTemplate() {
    }

    /**
     * The text of a question about at most one picture. The picture comes first, unless the question itself says {@code <image>}:
     * then it goes there (the first time it is said).
     *
     * @param imageTokens tokens of the picture, 0 for no picture
     * @param literal whether {@code <image>} and special tokens written in the question are ordinary characters; the reference lets them
     *     count
     */
    public static MarkedText render(String question, int imageTokens, boolean literal) {
        MarkedText.Builder out = MarkedText.builder().marked("<|im_start|>system\n" + SYSTEM + "<|im_end|>\n<|im_start|>user\n");
        question(out, question, imageTokens, literal);
        return out.marked("<|im_end|>\n<|im_start|>assistant\n").build();
    }

    /** The question alone, as AlignNet's training wrote it. */
    public static MarkedText bare(String question, int imageTokens, boolean literal) {
        MarkedText.Builder out = MarkedText.builder();
        question(out, question, imageTokens, literal);
        return out.build();
    }

    private static void question(MarkedText.Builder out, String question, int imageTokens, boolean literal) {
        int place = literal || imageTokens == 0 ? -1 : question.indexOf(PLACE);
        if (place >= 0) {
            out.marked(question.substring(0, place)).marked(picture(imageTokens)).marked(question.substring(place + PLACE.length()));
        } else {
            if (imageTokens > 0) {
                out.marked(picture(imageTokens) + "\n");
            }
            if (literal) {
                out.literal(question);
            } else {
                out.marked(question);
            }
        }
    }

    private static String picture(int tokens) {
        return BEGIN + CONTEXT.repeat(tokens) + END;
    }
}
