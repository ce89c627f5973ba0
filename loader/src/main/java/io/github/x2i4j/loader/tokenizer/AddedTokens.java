package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tokens that are found in the text before anything else splits it. Most are looked for in the raw text; those marked
 * {@code normalized} in the normalised text between them. The longest that begins first wins.
 */
final class AddedTokens {
    /**
     * One token.
     *
     * @param special left out when decoding without special tokens
     * @param normalized looked for in normalised text, and normalised itself
     * @param lstrip takes the white space before it with it
     * @param rstrip takes the white space behind it with it
     * @param singleWord no match inside a word
     */
    record AddedToken(String content, int id, boolean special, boolean normalized, boolean lstrip, boolean rstrip, boolean singleWord) {
        /** A special token that is looked for in the raw text. */
        static AddedToken special(String content, int id) {
            return new AddedToken(content, id, true, false, false, false, false);
        }
    }

    /**
     * A stretch of the text.
     *
     * @param id id of the added token, or -1 where {@code text} is to be encoded
     * @param text text between tokens, normalised
     * @param literal whether no special token may come out of the text
     * @param first whether it begins the whole
     */
    record Part(int id, String text, boolean literal, boolean first) {
    }

    /** Characters of all tokens; published tokenizers have some thousand. */
    private static final int MAX_CHARACTERS = 1 << 20;

    private final List<AddedToken> tokens;
    private final Map<String, AddedToken> byContent = new HashMap<>();
    private final Map<Integer, AddedToken> byId = new HashMap<>();
    private final Set<String> specials = new HashSet<>();
    private final Trie raw;
    private final Trie normalized;
    private final boolean anyNormalized;
    private final TextNormalizer normalizer;

    /**
     * @param file for messages
     */
    AddedTokens(List<AddedToken> tokens, TextNormalizer normalizer, String file) {
        this.tokens = List.copyOf(tokens);
        this.normalizer = normalizer;
        raw = new Trie(tokens.size());
        normalized = new Trie(16);
        boolean any = false;
        int characters = 0;
        for (int i = 0; i < tokens.size(); i++) {
            AddedToken t = tokens.get(i);
            characters += t.content().length();
            if (characters > MAX_CHARACTERS) {
                throw new InvalidInputException(file + ": the added tokens have more than " + MAX_CHARACTERS + " characters");
            }
            AddedToken sameName = byContent.put(t.content(), t);
            AddedToken sameId = byId.put(t.id(), t);
            if (sameName != null && sameName.id() != t.id() || sameId != null && !sameId.content().equals(t.content())) {
                AddedToken other = sameName != null && sameName.id() != t.id() ? sameName : sameId;
                throw new InvalidInputException(file + ": added tokens " + Vocabulary.quoted(other.content()) + " (id " + other.id() + ") and "
                        + Vocabulary.quoted(t.content()) + " (id " + t.id() + ") contradict each other");
            }
            if (t.special()) {
                specials.add(t.content());
            }
            String wanted = t.normalized() ? normalizer.normalize(t.content()) : t.content();
            if (!wanted.isEmpty()) {
                (t.normalized() ? normalized : raw).add(wanted, i);
                any |= t.normalized();
            }
        }
        anyNormalized = any;
    }

    /** Id of an added token, or -1. */
    int id(String content) {
        AddedToken t = byContent.get(content);
        return t == null ? -1 : t.id();
    }

    /** Content of an added token, or null. */
    String content(int id) {
        AddedToken t = byId.get(id);
        return t == null ? null : t.content();
    }

    boolean isSpecial(String content) {
        return specials.contains(content);
    }

    /**
     * Cuts a text at its added tokens and normalises what is between them. Where a literal part lies between two raw tokens, the
     * whole text between them is searched for no normalised ones.
     */
    List<Part> split(MarkedText text) {
        List<Part> out = new ArrayList<>();
        for (Part part : split(raw, text.text(), text)) {
            String clean = part.id() >= 0 ? "" : normalizer.normalize(part.text());
            if (part.id() >= 0) {
                out.add(part);
            } else if (clean.isEmpty() || part.literal() || !anyNormalized) {
                add(out, clean, part.literal(), part.first());
            } else {
                for (Part inner : split(normalized, clean, MarkedText.of(clean))) {
                    out.add(new Part(inner.id(), inner.text(), false, part.first() && inner.first()));
                }
            }
        }
        return out;
    }

    private List<Part> split(Trie trie, String text, MarkedText marks) {
        List<Part> out = new ArrayList<>();
        int done = 0;
        for (int i = 0; i < text.length();) {
            int match = -1;
            int end = i;
            int node = Trie.ROOT;
            for (int j = i; j < text.length();) {
                node = trie.step(node, text.charAt(j++));
                if (node < 0) {
                    break;
                }
                if (trie.value(node) >= 0) {
                    match = trie.value(node);
                    end = j;
                }
            }
            if (match < 0 || marks.literal(i, end)) {
                i++;
                continue;
            }
            AddedToken t = tokens.get(match);
            if (t.singleWord() && (i > 0 && isWord(text.codePointBefore(i)) || end < text.length() && isWord(text.codePointAt(end)))) {
                i = end;
                continue;
            }
            int start = i;
            while (t.lstrip() && start > done && Bytes.isWhiteSpace(text.charAt(start - 1))) {
                start--;
            }
            while (t.rstrip() && end < text.length() && Bytes.isWhiteSpace(text.charAt(end))) {
                end++;
            }
            add(out, text.substring(done, start), marks.literal(done, start), done == 0);
            out.add(new Part(t.id(), "", false, start == 0));
            done = end;
            i = end;
        }
        add(out, text.substring(done), marks.literal(done, text.length()), done == 0);
        return out;
    }

    private static void add(List<Part> out, String text, boolean literal, boolean first) {
        if (!text.isEmpty()) {
            out.add(new Part(-1, text, literal, first));
        }
    }

    private static boolean isWord(int c) {
        return Character.isLetterOrDigit(c) || switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION, Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
            default -> false;
        };
    }
}
