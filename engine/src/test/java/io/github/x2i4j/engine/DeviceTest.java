package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
    @ParameterizedTest
    @ValueSource(strings = {"auto", "cpu", "cuda:0", "cuda:17"})
    void devicesAreWrittenAsTheyAreRead(String text) {
        assertThat(Device.parse(text)).hasToString(text);
    }

    @Test
    void cudaAloneIsTheFirstGpu() {
        assertThat(Device.parse("cuda")).isEqualTo(new Device(Device.Kind.CUDA, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:-1", "cuda:99999", "CPU"})
    void anythingElseIsRefused(String text) {
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Device.parse(text)).withMessageContaining("auto, cpu, cuda or cuda:N");
    }

    @Test
    void autoComputesWhateverTheMachineHas() {
        EngineOptions options = new EngineOptions(EngineOptions.KernelChoice.SCALAR, 0, 1, null, Precision.F32, Device.AUTO);
        try (Engine engine = Engine.open(options); Scope f = engine.scope()) {
            assertThat(f.affine(f.floats(new float[] {1, 2}, 2), 2, 1).toFloats()).containsExactly(3, 5);
        }
        assertThat(Engine.gpus()).isNotEmpty().allMatch(line -> !line.isBlank());
    }
}
