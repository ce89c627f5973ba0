package io.github.x2i4j.model.mllm;

import io.github.x2i4j.loader.tokenizer.Encoding;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** One id a character, its code, and one for each special token. */
public final class LetterTokenizer implements Tokenizer {
    public static final int PAD = 0;
    /** Id of the first special token; the others follow. */
    public static final int SPECIAL = 100_000;

    private final List<String> specials;

    public LetterTokenizer(String... specials) {
        this.specials = List.of(specials);
    }

    @Override
    public int[] encode(MarkedText text, boolean addSpecialTokens) {
        IntStream.Builder ids = IntStream.builder();
        String s = text.text();
        for (int i = 0; i < s.length(); i++) {
            int at = i;
            OptionalInt special = IntStream.range(0, specials.size()).filter(k -> s.startsWith(specials.get(k), at)
                    && !text.literal(at, at + specials.get(k).length())).findFirst();
            if (special.isPresent()) {
                ids.add(SPECIAL + special.getAsInt());
                i += specials.get(special.getAsInt()).length() - 1;
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
        Arrays.stream(ids).filter(id -> id < SPECIAL).forEach(id -> out.append((char) id));
        return out.toString();
    }

    @Override
    public OptionalInt id(String token) {
        int i = specials.indexOf(token);
        return i < 0 ? OptionalInt.empty() : OptionalInt.of(SPECIAL + i);
    }

    @Override
    public int padId() {
        return PAD;
    }
}
