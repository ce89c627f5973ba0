package io.github.x2i4j.loader.tokenizer;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** Tokens back to text: the {@code decoder} nodes of tokenizer.json. */
@FunctionalInterface
interface TokenDecoder {
    String decode(List<String> tokens);

    /** Characters of tokens are bytes of UTF-8. */
    static TokenDecoder byteLevel() {
        return tokens -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            tokens.forEach(t -> bytes.writeBytes(Bytes.ofToken(t)));
            return Bytes.text(bytes.toByteArray());
        };
    }

    /**
     * Marks are spaces.
     *
     * @param prefixed whether encoding put a mark before the text, so that those of the first token are dropped
     */
    static TokenDecoder metaspace(char mark, boolean prefixed) {
        return tokens -> {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < tokens.size(); i++) {
                String token = tokens.get(i);
                out.append(i == 0 && prefixed ? token.replace(String.valueOf(mark), "") : token.replace(mark, ' '));
            }
            return out.toString();
        };
    }

    /** Tokens with a space between each two, where a file names no decoder. */
    static TokenDecoder spaced() {
        return tokens -> String.join(" ", tokens);
    }

    /** Word ends are spaces, and the text has none at its ends (CLIP). */
    default TokenDecoder withWordEnds(String end) {
        return tokens -> decode(tokens).replace(end, " ").strip();
    }

    /** No space before punctuation and English endings (clean_up_tokenization_spaces). */
    default TokenDecoder cleaningUp() {
        return tokens -> decode(tokens).replace(" .", ".").replace(" ?", "?").replace(" !", "!").replace(" ,", ",").replace(" ' ", "'")
                .replace(" n't", "n't").replace(" 'm", "'m").replace(" 's", "'s").replace(" 've", "'ve").replace(" 're", "'re");
    }
}
