package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Messages to the text that a family's LLM reads, and prompts to the styles of X2I. */
public final class ChatTemplateComponent implements Component {
    private static final String STYLES = "prompt";

    @Override
    public String name() {
        return "chat-template";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode family = golden.args().path("family");
        return new Outputs().putJson("text", family.asText().equals(STYLES) ? prompts(golden.args())
                : FamilyCases.of(family).chatText(golden));
    }

    private static List<String> prompts(JsonNode args) {
        String label = args.path("style").asText();
        PromptStyle style = Arrays.stream(PromptStyle.values()).filter(p -> p.label().equals(label)).findFirst()
                .orElseThrow(() -> new UnsupportedFeatureException("prompt style " + label));
        List<String> out = new ArrayList<>();
        args.path("prompts").forEach(p -> out.add(style.format(p.textValue())));
        return out;
    }
}
