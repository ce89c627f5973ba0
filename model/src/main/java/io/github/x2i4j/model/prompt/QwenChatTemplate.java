package io.github.x2i4j.model.prompt;

import io.github.x2i4j.loader.tokenizer.MarkedText;
import java.util.List;

/**
 * Chat template of Qwen2.5-VL (chat_template.json of the checkpoints): messages to the text that is tokenised, with one
 * placeholder token an image or video.
 */
public final class QwenChatTemplate {
    private static final String SYSTEM = "You are a helpful assistant.";

    private QwenChatTemplate() {
    }

    /** The text of a conversation that the assistant answers next, without numbers before the pictures. */
    public static MarkedText render(List<ChatMessage> messages) {
        return render(messages, false, true);
    }

    /**
     * The text of a conversation.
     *
     * @param addVisionId whether to number images and videos ({@code Picture 1: }, {@code Video 1: })
     * @param addGenerationPrompt whether to open the assistant's next message
     */
    public static MarkedText render(List<ChatMessage> messages, boolean addVisionId, boolean addGenerationPrompt) {
        MarkedText.Builder out = MarkedText.builder();
        if (!messages.isEmpty() && !messages.getFirst().role().equals("system")) {
            out.marked("<|im_start|>system\n" + SYSTEM + "<|im_end|>\n");
        }
        int images = 0;
        int videos = 0;
        for (ChatMessage message : messages) {
            out.marked("<|im_start|>" + message.role() + "\n");
            for (ChatMessage.Content part : message.content()) {
                part(out, part, !addVisionId ? "" : part instanceof ChatMessage.Image ? "Picture " + ++images + ": "
                        : part instanceof ChatMessage.Video ? "Video " + ++videos + ": " : "");
            }
            out.marked("<|im_end|>\n");
        }
        if (addGenerationPrompt) {
            out.marked("<|im_start|>assistant\n");
        }
        return out.build();
    }

    /** What a message holds, and nothing around it. */
    public static MarkedText bare(ChatMessage message) {
        MarkedText.Builder out = MarkedText.builder();
        message.content().forEach(part -> part(out, part, ""));
        return out.build();
    }

    private static void part(MarkedText.Builder out, ChatMessage.Content part, String number) {
        switch (part) {
            case ChatMessage.Image _ -> vision(out, number, "<|image_pad|>");
            case ChatMessage.Video _ -> vision(out, number, "<|video_pad|>");
            case ChatMessage.Text words -> ChatMl.words(out, words.text(), words.literal());
        }
    }

    private static void vision(MarkedText.Builder out, String number, String placeholder) {
        out.marked(number + "<|vision_start|>" + placeholder + "<|vision_end|>");
    }
}
