package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Letters of prompts: a is text, I a token of a picture, V of a video, _ a pad. */
class RopeIndexTest {
    private static final QwenVlConfig CONFIG = TinyQwen.config();

    private static RopeIndex index(String prompt, List<PatchGrid> images, List<PatchGrid> videos, float... seconds) {
        long[] ids = prompt.chars().mapToLong(c -> switch (c) {
            case 'I' -> TinyQwen.IMAGE;
            case 'V' -> TinyQwen.VIDEO;
            default -> 3;
        }).toArray();
        long[] mask = prompt.chars().mapToLong(c -> c == '_' ? 0 : 1).toArray();
        return RopeIndex.of(ids, mask, CONFIG, images, videos, seconds);
    }

    private static void check(RopeIndex got, long delta, String t, String h, String w) {
        assertThat(got.ropeDelta()).isEqualTo(delta);
        assertThat(got.positions()[0]).containsExactly(numbers(t));
        assertThat(got.positions()[1]).containsExactly(numbers(h));
        assertThat(got.positions()[2]).containsExactly(numbers(w));
    }

    private static long[] numbers(String s) {
        return Arrays.stream(s.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    @Test
    void textCountsItsTokensAndPadsAreOne() {
        String right = "0 1 2 1 1";
        check(index("aaa__", List.of(), List.of()), -2, right, right, right);
        String left = "1 1 0 1 2";
        check(index("__aaa", List.of(), List.of()), -2, left, left, left);
    }

    @Test
    void theLargestPositionOfPaddedTextCountsThePadsAsTheReferenceDoes() {
        assertThat(index("a___", List.of(), List.of()).ropeDelta()).isEqualTo(-2);
        assertThat(index("a", List.of(), List.of()).ropeDelta()).isZero();
        assertThat(index("I___", List.of(new PatchGrid(1, 2, 2)), List.of()).ropeDelta()).isEqualTo(-3);
    }

    @Test
    void aPictureSpansRowsAndColumns() {
        check(index("aaaIIIIIIaaa__", List.of(new PatchGrid(1, 4, 6)), List.of()), -5,
                "0 1 2 3 3 3 3 3 3 6 7 8 1 1", "0 1 2 3 3 3 4 4 4 6 7 8 1 1", "0 1 2 3 4 5 3 4 5 6 7 8 1 1");
    }

    @Test
    void leftPaddingDoesNotMoveAPicture() {
        check(index("__aIIIIIIa", List.of(new PatchGrid(1, 4, 6)), List.of()), -5,
                "1 1 0 1 1 1 1 1 1 4", "1 1 0 1 1 1 2 2 2 4", "1 1 0 1 2 3 1 2 3 4");
    }

    @Test
    void picturesFollowOneAnother() {
        check(index("aaIIIIaaIIIIIIaa", List.of(new PatchGrid(1, 4, 4), new PatchGrid(1, 4, 6)), List.of()), -5,
                "0 1 2 2 2 2 4 5 6 6 6 6 6 6 9 10", "0 1 2 2 3 3 4 5 6 6 6 7 7 7 9 10", "0 1 2 3 2 3 4 5 6 7 8 6 7 8 9 10");
    }

    @Test
    void aVideoStepsInTimeByItsRate() {
        List<PatchGrid> video = List.of(new PatchGrid(3, 4, 4));
        check(index("aaVVVVVVVVVVVVaaa", List.of(), video, 1), -7,
                "0 1 2 2 2 2 4 4 4 4 6 6 6 6 7 8 9", "0 1 2 2 3 3 2 2 3 3 2 2 3 3 7 8 9", "0 1 2 3 2 3 2 3 2 3 2 3 2 3 7 8 9");
        assertThat(index("aaVVVVVVVVVVVVaaa", List.of(), video, 2).positions()[0])
                .containsExactly(numbers("0 1 2 2 2 2 6 6 6 6 10 10 10 10 11 12 13"));
        assertThat(index("aaVVVVVVVVVVVVaaa", List.of(), video, 0.3f).positions()[0])
                .containsExactly(numbers("0 1 2 2 2 2 2 2 2 2 3 3 3 3 4 5 6"));
    }

    @Test
    void placeholdersThatDoNotMatchAreRefused() {
        assertThatThrownBy(() -> index("aIII", List.of(new PatchGrid(1, 4, 4)), List.of())).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> index("aIIIaa", List.of(new PatchGrid(1, 4, 4)), List.of())).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> index("aa", List.of(new PatchGrid(1, 4, 4)), List.of())).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("placeholders");
    }
}
