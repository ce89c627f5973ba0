package io.github.x2i4j.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5RelativeBiasTest {
    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 1", "-7, 7", "-8, 8", "-11, 8", "-12, 9", "-15, 9", "-16, 10", "-22, 10", "-23, 11", "-31, 11", "-32, 12",
        "-45, 12", "-46, 13", "-63, 13", "-64, 14", "-90, 14", "-91, 15", "-128, 15", "-511, 15", "1, 17", "7, 23", "8, 24", "91, 31",
        "511, 31"})
    void distancesFallIntoTheReferencesBuckets(int distance, int bucket) {
        assertThat(T5RelativeBias.bucket(distance, 32, 128)).isEqualTo(bucket);
    }

    @Test
    void theRowOfAHeadRunsFromTheFarthestKeyBeforeToTheFarthestBehind() {
        float[] table = new float[32 * 2];
        for (int i = 0; i < table.length; i++) {
            table[i] = i; // bucket b, head h: 2 b + h
        }
        T5RelativeBias bias = new T5RelativeBias(Tensor.of(MemorySegment.ofArray(table), DType.F32, 32, 2), 128);
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Tensor b = bias.forLength(f, 3);
            assertThat(b.shape().toArray()).containsExactly(2, 5);
            // buckets of -2 .. 2: 2 1 0 17 18
            assertThat(b.toFloats()).containsExactly(4, 2, 0, 34, 36, 5, 3, 1, 35, 37);
        }
    }
}
