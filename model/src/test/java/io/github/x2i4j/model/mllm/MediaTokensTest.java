package io.github.x2i4j.model.mllm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MediaTokensTest {
    private static String told(String kind, long... tokens) {
        return new MediaTokens.Builder().add(kind, tokens).build("").told();
    }

    @Test
    void whatEachTakesIsToldShortly() {
        assertThat(told("picture")).isEmpty();
        assertThat(told("picture", 27)).isEqualTo("1 picture of 27 tokens");
        assertThat(told("picture", 27, 27, 27)).isEqualTo("3 pictures of 27 tokens");
        assertThat(told("sound", 50, 3)).isEqualTo("2 sounds of 50, 3 tokens");
        assertThat(told("video", LongStream.range(10, 30).toArray())).isEqualTo("20 videos of 10 to 29 tokens");
        assertThat(new MediaTokens.Builder().add("picture", 27).add("video", 92).build("").told())
                .isEqualTo("1 picture of 27 tokens, 1 video of 92 tokens");
    }
}
