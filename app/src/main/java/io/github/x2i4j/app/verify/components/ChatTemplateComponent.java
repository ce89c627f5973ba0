package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.prompt.ChatMessage;
import io.github.x2i4j.model.prompt.PromptStyle;
import io.github.x2i4j.model.prompt.QwenChatTemplate;
import java.util.ArrayList;
import java.util.List;

/** Messages to the text that a family's LLM reads, and prompts to the styles of X2I. */
public final class ChatTemplateComponent implements Component {
    @Override
    public String name() {
        return "chat-template";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        return new Outputs().putJson("text", switch (args.path("family").asText()) {
            case "prompt" -> prompts(args);
            case "qwen2_5_vl" -> qwen(golden, args);
            case String other -> throw new UnsupportedFeatureException("chat template of " + other + "; qwen2_5_vl and prompt work");
        });
    }

    private static List<String> prompts(JsonNode args) {
        PromptStyle style = PromptStyle.of(args.path("style").asText());
        List<String> out = new ArrayList<>();
        args.path("prompts").forEach(p -> out.add(style.format(p.asText(null))));
        return out;
    }

    /** The cases' reference, as X2I pins it, drops {@code add_vision_id}: no numbers stand before the pictures. */
    private static String qwen(GoldenCase golden, JsonNode args) {
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode m : args.path("messages")) {
            List<ChatMessage.Content> content = new ArrayList<>();
            if (m.path("content").isTextual()) {
                content.add(new ChatMessage.Text(m.get("content").textValue(), false));
            } else {
                m.path("content").forEach(part -> content.add(part(golden, part)));
            }
            messages.add(new ChatMessage(m.path("role").asText(), content));
        }
        return QwenChatTemplate.render(messages, false, args.path("add_generation_prompt").asBoolean(true)).text();
    }

    private static ChatMessage.Content part(GoldenCase golden, JsonNode part) {
        return switch (part.path("type").asText()) {
            case "image" -> new ChatMessage.Image();
            case "video" -> new ChatMessage.Video();
            case "text" -> new ChatMessage.Text(part.path("text").asText(), false);
            case String other -> throw new InvalidInputException(golden.folder() + ": a message holds \"" + other
                    + "\", not image, video or text");
        };
    }
}
