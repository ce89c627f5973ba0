package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts to token ids and back. */
public final class TokenizerComponent implements Component {
    @Override
    public String name() {
        return "tokenizer";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        if (golden.model() == null) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": no model");
        }
        Tokenizer tokenizer = Tokenizers.load(golden.model(), kind(golden));
        List<int[]> rows = new ArrayList<>();
        if (args.has("texts")) {
            args.get("texts").forEach(text -> rows.add(encode(tokenizer, text.asText(), args)));
        } else {
            args.path("ids").forEach(ids -> rows.add(ints(ids)));
        }
        boolean skip = args.path("skip_special_tokens").asBoolean();
        return new Outputs()
                .putJson("ids", rows.stream().map(ids -> Arrays.stream(ids).boxed().toList()).toList())
                .putJson("decoded", rows.stream().map(ids -> tokenizer.decode(ids, skip)).toList());
    }

    private static int[] encode(Tokenizer tokenizer, String text, JsonNode args) {
        boolean special = args.path("add_special_tokens").asBoolean(true);
        boolean pad = args.path("padding").asBoolean();
        int[] ids = tokenizer.encode(text, special);
        if (!args.hasNonNull("max_length")) {
            return ids;
        }
        int length = args.get("max_length").asInt();
        int limit = args.path("truncation").asBoolean() ? length : Math.max(length, ids.length);
        return tokenizer.encode(MarkedText.of(text), special, limit, pad).ids();
    }

    private static TokenizerKind kind(GoldenCase golden) {
        return switch (golden.args().path("kind").asText()) {
            case "bpe" -> TokenizerKind.BPE;
            case "clip" -> TokenizerKind.CLIP;
            case "t5" -> TokenizerKind.T5;
            default -> throw new InvalidInputException(golden.folder() + ": kind is not bpe, clip or t5");
        };
    }

    private static int[] ints(JsonNode list) {
        int[] out = new int[list.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = list.get(i).asInt();
        }
        return out;
    }
}
