package io.github.x2i4j.model.qwen;

import io.github.x2i4j.loader.tokenizer.Encoding;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** One id a character, its code; {@code <|image_pad|>} is one special token. */
final class LetterTokenizer implements Tokenizer {
    static final int PAD = 0;
    static final int IMAGE = 100_000;
    private static final String SPECIAL = "<|image_pad|>";

    @Override
    public int[] encode(MarkedText text, boolean addSpecialTokens) {
        IntStream.Builder ids = IntStream.builder();
        String s = text.text();
        for (int i = 0; i < s.length(); i++) {
            if (s.startsWith(SPECIAL, i) && !text.literal(i, i + SPECIAL.length())) {
                ids.add(IMAGE);
                i += SPECIAL.length() - 1;
            } else {
                ids.add(s.charAt(i));
            }
        }
        return ids.build().toArray();
    }

    @Override
    public Encoding encode(MarkedText text, boolean addSpecialTokens, int maxLength, boolean pad) {
        throw new AssertionError("not used");
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        StringBuilder out = new StringBuilder();
        Arrays.stream(ids).filter(id -> id != IMAGE).forEach(id -> out.append((char) id));
        return out.toString();
    }

    @Override
    public OptionalInt id(String token) {
        return token.equals(SPECIAL) ? OptionalInt.of(IMAGE) : OptionalInt.empty();
    }

    @Override
    public int padId() {
        return PAD;
    }
}
