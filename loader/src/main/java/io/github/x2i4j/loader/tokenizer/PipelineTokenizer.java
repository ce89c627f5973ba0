package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A tokenizer made of the steps of tokenizer.json: added tokens are cut out of the text, what is between them is normalised, cut
 * into pieces and encoded piece by piece, and special tokens are put around the whole.
 *
 * @param before ids put before a text
 * @param after ids put behind it
 * @param file where the tokenizer came from, for messages
 */
record PipelineTokenizer(AddedTokens added, PreTokenizer pieces, TokenModel model, int[] before, int[] after, TokenDecoder decoder,
        OptionalInt pad, Path file) implements Tokenizer {
    @Override
    public int[] encode(MarkedText text, boolean addSpecialTokens) {
        IntList out = new IntList();
        for (int id : addSpecialTokens ? before : new int[0]) {
            out.add(id);
        }
        content(text, out);
        for (int id : addSpecialTokens ? after : new int[0]) {
            out.add(id);
        }
        return out.toArray();
    }

    private void content(MarkedText text, IntList out) {
        for (AddedTokens.Part part : added.split(text)) {
            if (part.id() >= 0) {
                out.add(part.id());
            } else {
                pieces.split(part.text(), part.first(), (piece, _) -> model.encode(piece, part.literal(), out));
            }
        }
    }

    @Override
    public Encoding encode(MarkedText text, boolean addSpecialTokens, int maxLength, boolean pad) {
        int around = addSpecialTokens ? before.length + after.length : 0;
        if (maxLength < around) {
            throw new InvalidInputException("a length of " + maxLength + " tokens has no room for the " + around
                    + " special tokens of " + file);
        }
        int[] all = encode(text, addSpecialTokens);
        int cut = Math.max(0, all.length - maxLength);
        int tail = addSpecialTokens ? after.length : 0;
        int kept = all.length - cut;
        int[] ids = Arrays.copyOf(all, pad ? maxLength : kept);
        System.arraycopy(all, all.length - tail, ids, kept - tail, tail);
        if (pad && kept < maxLength) {
            Arrays.fill(ids, kept, maxLength, padId());
        }
        int[] lost = Arrays.copyOfRange(all, kept - tail, all.length - tail);
        return new Encoding(ids, kept, cut, cut == 0 ? "" : decode(lost, false));
    }

    @Override
    public String decode(int[] ids, boolean skipSpecialTokens) {
        List<String> tokens = new ArrayList<>(ids.length);
        for (int id : ids) {
            String token = added.content(id);
            token = token == null ? model.vocabulary().token(id) : token;
            if (token != null && !(skipSpecialTokens && added.isSpecial(token))) {
                tokens.add(token);
            }
        }
        return decoder.decode(tokens);
    }

    @Override
    public OptionalInt id(String token) {
        int id = added.id(token);
        id = id < 0 ? model.vocabulary().id(token) : id;
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public int padId() {
        return pad.orElseThrow(() -> new InvalidInputException(file + ": neither this file nor tokenizer_config.json or "
                + "special_tokens_map.json beside it names a pad_token, which padding needs"));
    }
}
