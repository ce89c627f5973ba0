package io.github.x2i4j.engine.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class TwinKernelsTest {
    @Test
    void everyKernelOfTheSourcesHasATwin() throws IOException {
        TwinKernels twins = new TwinKernels();
        assertThat(CompiledKernels.names()).contains("row_norm_warp", "attention_tensor_64").allSatisfy(
                name -> assertThat(twins.number(name)).as("an entry for %s in TwinKernels", name).isNotNegative());
    }
}
