package io.github.x2i4j.model.prompt;

import io.github.x2i4j.loader.tokenizer.MarkedText;
import java.util.List;

/**
 * Conversation template {@code internvl2_5} of InternVL2.5: the text that is tokenised, with the places of a picture's tokens already as
 * many as it has ({@code InternVLChatModel.chat}).
 */
public final class InternVlChatTemplate {
    /** Stands for a token of a picture. */
    public static final String CONTEXT = "<IMG_CONTEXT>";
    /** Stands before a picture's tokens. */
    public static final String BEGIN = "<img>";
    /** Stands after a picture's tokens. */
    public static final String END = "</img>";

    /** Ends a message, and so the model's answer. */
    public static final String TURN_END = ChatMl.TURN_END;

    private static final String SYSTEM = "你是书生·万象，英文名是InternVL，是由上海人工智能实验室、清华大学及多家合作单位联合开发的多模态大语言模型。";
    /** Where the picture goes, if the question says so; no token. */
    private static final String PLACE = "<image>";

    private InternVlChatTemplate() {
    }

    /**
     * A question about at most one picture. The picture comes first, unless the question itself says {@code <image>}: then it goes there
     * (the first time it is said).
     *
     * @param imageTokens tokens of the picture, 0 for no picture
     */
    public record Question(String text, int imageTokens) {
    }

    /** The text of a single question. */
    public static MarkedText render(Question question, boolean literal) {
        return render(List.of(question), List.of(), literal);
    }

    /**
     * The text of a dialogue that the assistant answers next.
     *
     * @param answers to all but the last question
     * @param literal whether {@code <image>} and special tokens written in questions and answers are ordinary characters; the reference lets
     *     them count
     */
    public static MarkedText render(List<Question> questions, List<String> answers, boolean literal) {
        return ChatMl.dialogue(SYSTEM, questions, (out, q) -> question(out, q, literal), answers, literal);
    }

    /** The question alone, as AlignNet's training wrote it. */
    public static MarkedText bare(Question question, boolean literal) {
        MarkedText.Builder out = MarkedText.builder();
        question(out, question, literal);
        return out.build();
    }

    private static void question(MarkedText.Builder out, Question q, boolean literal) {
        String picture = BEGIN + CONTEXT.repeat(q.imageTokens) + END;
        int place = literal || q.imageTokens == 0 ? -1 : q.text.indexOf(PLACE);
        if (place >= 0) {
            out.marked(q.text.substring(0, place)).marked(picture).marked(q.text.substring(place + PLACE.length()));
            return;
        }
        if (q.imageTokens > 0) {
            out.marked(picture + "\n");
        }
        ChatMl.words(out, q.text, literal);
    }
}
