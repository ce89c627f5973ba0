package io.github.x2i4j.loader.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenModelsTest {
    private static final String[] MERGES = {"b a", "a a", "a b", "aa b", "ab a", "aa aa", "b b", "ba ba", "c a", "aab a", "bb b"};

    private static Vocabulary vocabulary(String... tokens) {
        Vocabulary v = new Vocabulary("test");
        for (String t : tokens) {
            v.add(t, v.count());
        }
        return v;
    }

    private static Vocabulary mergeVocabulary() {
        List<String> tokens = new ArrayList<>(List.of("a", "b", "c"));
        for (String m : MERGES) {
            if (!tokens.contains(m.replace(" ", ""))) {
                tokens.add(m.replace(" ", ""));
            }
        }
        return vocabulary(tokens.toArray(String[]::new)).finish();
    }

    private static BpeModel bpe(Vocabulary v, boolean whole, int unknown) {
        BpeModel.Merges merges = new BpeModel.Merges(v, "merges");
        for (String m : MERGES) {
            merges.addLine(m);
        }
        return new BpeModel(v, merges, "", unknown, whole, _ -> false, "vocab.json");
    }

    private static List<String> tokens(TokenModel model, String piece) {
        return tokens(model, piece, false);
    }

    private static List<String> tokens(TokenModel model, String piece, boolean literal) {
        IntList ids = new IntList();
        model.encode(piece, literal, ids);
        return Arrays.stream(ids.toArray()).mapToObj(model.vocabulary()::token).toList();
    }

    /** The definition: join all neighbours of the lowest rank, again and again. */
    private static List<String> naive(String piece) {
        List<String> symbols = new ArrayList<>(piece.chars().mapToObj(Character::toString).toList());
        while (true) {
            int best = MERGES.length;
            int at = -1;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rank = Arrays.asList(MERGES).indexOf(symbols.get(i) + " " + symbols.get(i + 1));
                if (rank >= 0 && rank < best) {
                    best = rank;
                    at = i;
                }
            }
            if (at < 0) {
                return symbols;
            }
            symbols.set(at, symbols.get(at) + symbols.remove(at + 1));
        }
    }

    @Test
    void bpeJoinsByRankAndThenFromTheLeft() {
        BpeModel model = bpe(mergeVocabulary(), false, -1);
        Random random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder piece = new StringBuilder();
            for (int n = random.nextInt(30); n >= 0; n--) {
                piece.append((char) ('a' + random.nextInt(random.nextBoolean() ? 2 : 3)));
            }
            assertThat(tokens(model, piece.toString())).as("%s", piece).isEqualTo(naive(piece.toString()));
        }
    }

    @Test
    void bpeTakesWholePiecesWhereTheFileSaysSo() {
        Vocabulary v = vocabulary("a", "b", "c", "ba", "aa", "ab", "aab", "aba", "aaaa", "bb", "baba", "ca", "aaba", "bbb", "cab").finish();
        assertThat(tokens(bpe(v, false, -1), "cab")).containsExactly("c", "ab");
        assertThat(tokens(bpe(v, true, -1), "cab")).containsExactly("cab");
    }

    @Test
    void bytesThatTheVocabularyLacksAreUnknownOrAnError() {
        Vocabulary v = mergeVocabulary();
        assertThat(tokens(bpe(v, false, 2), "axb")).containsExactly("a", "c", "b");
        assertThatThrownBy(() -> tokens(bpe(v, false, -1), "axa")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("vocab.json").hasMessageContaining("0x78");
    }

    @Test
    void mergesMustBeOfTheVocabularyAndStandOnce() {
        BpeModel.Merges merges = new BpeModel.Merges(mergeVocabulary(), "merges.txt: merges");
        merges.addLine("b a");
        assertThatThrownBy(() -> merges.addLine("b a")).isInstanceOf(InvalidInputException.class).hasMessageContaining("merges.txt: merges[1]");
        assertThatThrownBy(() -> merges.addLine("b x")).isInstanceOf(InvalidInputException.class).hasMessageContaining("\"x\"");
        assertThatThrownBy(() -> merges.addLine("c c")).isInstanceOf(InvalidInputException.class).hasMessageContaining("\"cc\"");
        assertThatThrownBy(() -> merges.addLine("ba")).isInstanceOf(InvalidInputException.class).hasMessageContaining("two tokens");
        assertThatThrownBy(() -> merges.addLine("a b c")).isInstanceOf(InvalidInputException.class).hasMessageContaining("two tokens");
        assertThatThrownBy(() -> merges.addLine(" a")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void unigramTakesTheBestPath() {
        UnigramModel model = unigram();
        assertThat(tokens(model, "\u2581ab")).containsExactly("\u2581ab");
        assertThat(tokens(model, "\u2581abb")).containsExactly("\u2581ab", "b");
        assertThat(tokens(model, "\u2581a")).containsExactly("\u2581a");
        assertThat(tokens(model, "\u2581b")).containsExactly("\u2581", "b");
    }

    @Test
    void ofEqualPathsTheOneFoundFirstStays() {
        Vocabulary v = vocabulary("<unk>", "a", "b", "ab").finish();
        assertThat(tokens(new UnigramModel(v, new double[] {0, -1, -1, -2}, 0, _ -> false, "t"), "ab")).containsExactly("ab");
    }

    @Test
    void unknownNeighboursAreOneToken() {
        UnigramModel model = unigram();
        assertThat(tokens(model, "\u2581zz")).containsExactly("\u2581", "<unk>");
        assertThat(tokens(model, "\u2581日本a")).containsExactly("\u2581", "<unk>", "a");
        assertThat(tokens(model, "🙂")).containsExactly("<unk>");
        assertThat(tokens(model, "日a本")).containsExactly("<unk>", "a", "<unk>");
    }

    @Test
    void unknownCharactersThatSpellAnEntryAreThatEntry() {
        Vocabulary v = vocabulary("<unk>", "yz", "a").finish();
        // two unknown characters are worth 2 * (25 - 10), more than the entry's 26, and are fused to its text
        assertThat(tokens(new UnigramModel(v, new double[] {25, 26, 27}, 0, _ -> false, "t"), "ayz")).containsExactly("a", "yz");
        assertThat(tokens(new UnigramModel(v, new double[] {25, 26, 27}, 0, _ -> false, "t"), "ayy")).containsExactly("a", "<unk>");
    }

    @Test
    void literalTextNeverBecomesASpecialToken() {
        UnigramModel model = unigram();
        assertThat(tokens(model, "</s>")).containsExactly("</s>");
        assertThat(tokens(model, "</s>", true)).containsExactly("<unk>");
    }

    @Test
    void unigramChecksItsNumbers() {
        Vocabulary v = vocabulary("a").finish();
        assertThatThrownBy(() -> new UnigramModel(v, new double[] {Double.NaN}, 0, _ -> false, "vocab")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("vocab[0]");
        assertThatThrownBy(() -> new UnigramModel(v, new double[] {0}, 1, _ -> false, "vocab")).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("unknown token is 1");
    }

    private static UnigramModel unigram() {
        Vocabulary v = new Vocabulary("test");
        double[] scores = new double[SmallTokenizers.PIECES.length];
        for (int id = 0; id < scores.length; id++) {
            v.add((String) SmallTokenizers.PIECES[id][0], id);
            scores[id] = (double) SmallTokenizers.PIECES[id][1];
        }
        return new UnigramModel(v.finish(), scores, 2, id -> id < 3, "test");
    }
}
