package io.github.x2i4j.engine.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks of a product cover it once, and leave no thread long alone at the end. */
class CutTest {
    @ParameterizedTest
    @CsvSource({"1,1,1,1", "256,1,12,2", "256,3,12,2", "11,4,14,2", "1024,1,14,64", "7,2,3,5"})
    void blocksCoverTheProductInOrder(int units, int columnBlocks, int most, int threads) {
        long next = 0;
        for (Cut cut : Cut.all(units, columnBlocks, most, threads)) {
            assertThat((long) cut.column() * units + cut.unit()).isEqualTo(next);
            assertThat(cut.units()).isBetween(1, most);
            assertThat(cut.unit() + cut.units()).isLessThanOrEqualTo(units);
            next += cut.units();
        }
        assertThat(next).isEqualTo((long) columnBlocks * units);
    }

    @ParameterizedTest
    @CsvSource({"256,1,12,2", "256,3,12,2", "1024,1,14,64"})
    void noBlockIsMoreThanHalfOfWhatAThreadStillHasToDo(int units, int columnBlocks, int most, int threads) {
        long left = (long) units * columnBlocks;
        for (Cut cut : Cut.all(units, columnBlocks, most, threads)) {
            assertThat((cut.units() - 1L) * 2 * threads).isLessThan(left);
            left -= cut.units();
        }
    }

    @ParameterizedTest
    @CsvSource({"256,12", "250,12"})
    void oneThreadGetsFullBlocks(int units, int most) {
        List<Cut> cuts = Cut.all(units, 1, most, 1);
        assertThat(cuts).hasSize(Math.ceilDiv(units, most));
    }
}
