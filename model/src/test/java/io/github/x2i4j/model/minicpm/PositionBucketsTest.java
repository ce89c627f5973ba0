package io.github.x2i4j.model.minicpm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PositionBucketsTest {
    private static final int SIDE = 70;

    @ParameterizedTest
    @CsvSource({"32, 0 2 4 6 8 10 13 15 17 19 21 24 26 28 30 32 35 37 39 41 43 45 48 50 52 54 56 59 61 63 65 67",
        "24, 0 2 5 8 11 14 17 20 23 26 29 32 35 37 40 43 46 49 52 55 58 61 64 67", "10, 0 7 14 21 28 35 42 49 56 63"})
    void patchesStandWhereTheyAreOnTheWay(int patches, String expected) {
        assertThat(PositionBuckets.axis(patches, SIDE)).containsExactly(ints(expected));
    }

    /** Fractions that equal a border but for the rounding of float32. */
    @ParameterizedTest
    @CsvSource({"25, 5 10 15 20, 13 27 41 55", "49, 7 14 35 42, 9 19 49 59", "50, 5 10 15 20 30 40, 6 13 20 27 41 55",
        "55, 11 22 33 44, 13 27 41 55", "58, 29, 34", "77, 55, 49", "82, 41, 34", "86, 43, 34", "94, 47, 34",
        "98, 7 14 35 42 56 70 84, 4 9 24 29 39 49 59", "100, 10 20 30 40 80, 6 13 20 27 55",
        "110, 11 22 33 44 66 88, 6 13 20 27 41 55", "115, 23 46 69 92, 13 27 41 55", "135, 27 54, 13 27"})
    void float32RoundingDecidesNearTies(int patches, String at, String expected) {
        int[] buckets = PositionBuckets.axis(patches, SIDE);

        assertThat(IntStream.of(ints(at)).map(i -> buckets[i])).containsExactly(IntStream.of(ints(expected)).boxed().toArray(Integer[]::new));
        if (patches <= 100) { // the list is complete
            long others = IntStream.range(0, patches).filter(i -> buckets[i] != i * SIDE / patches).count();
            assertThat(others).isEqualTo(ints(at).length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 14, 35, 70, 71, 101, 2857})
    void placesAscendFromTheFirstAndStayInTheTable(int patches) {
        int[] buckets = PositionBuckets.axis(patches, SIDE);

        assertThat(buckets).isSorted().startsWith(0);
        assertThat(buckets[patches - 1]).isLessThan(SIDE);
    }

    @Test
    void rowsOfTheTableAreRowMajor() {
        assertThat(PositionBuckets.ids(new PatchGrid(2, 3), SIDE)).containsExactly(0, 23, 46, 35 * 70, 35 * 70 + 23, 35 * 70 + 46);
    }

    private static int[] ints(String s) {
        return Arrays.stream(s.strip().split(" ")).mapToInt(Integer::parseInt).toArray();
    }
}
