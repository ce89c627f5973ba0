package io.github.x2i4j.model.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {
    @ParameterizedTest
    @CsvSource({"6G, 6000000000", "6.5GB, 6500000000", "6144m, 6144000000", "10 GiB, 10737418240", "1T, 1000000000000", "500000K, 500000000", "123456789012, 123456789012"})
    void amountsAreReadInPowersOfTen(String text, long bytes) {
        assertThat(MemoryBudget.parse(text).bytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "lots", "-1G", "1e9", "6 gallons", "NaN", "0x10"})
    void whatIsNoAmountIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> MemoryBudget.parse(text)).isInstanceOf(InvalidInputException.class).hasMessageContaining("\"" + text + "\"")
                .hasMessageContaining("6G");
    }

    @Test
    void amountsAreShownShort() {
        assertThat(MemoryBudget.text(6_250_000_000L)).isEqualTo("6.25 GB");
        assertThat(MemoryBudget.text(340_400_000)).isEqualTo("340 MB");
        assertThat(MemoryBudget.text(12_345)).isEqualTo("12 KB");
    }
}
