package io.github.x2i4j.engine.gpu.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Device;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.gpu.CompiledKernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drivers and cards that are of no use: libraries made for it stand in a folder that the options name. */
class BrokenCudaTest {
    private static final String SOURCE = """
            extern "C" {
            #ifndef NO_INIT
            int cuInit(unsigned flags) { return INIT; }
            #endif
            int cuGetErrorString(int error, const char** text) { *text = "the card is on fire"; return 0; }
            int cuDriverGetVersion(int* version) { *version = 12040; return 0; }
            int cuDeviceGetCount(int* count) { *count = CARDS; return 0; }
            int cuDeviceGet(int* device, int number) { *device = number; return 0; }
            int cuDeviceGetName(char* name, int size, int device) { name[0] = 'T'; name[1] = '4'; name[2] = 0; return 0; }
            int cuDeviceGetAttribute(int* value, int attribute, int device) { *value = attribute == 75 ? 7 : 5; return 0; }
            int cublasGetProperty(int part, int* value) { *value = 12 - part; return 0; }
            }
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void compiler() {
        Assumptions.assumeTrue(CompiledKernels.compiler().isPresent(), "no C++ compiler on this machine");
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"));
    }

    private void install(String... definitions) throws IOException, InterruptedException {
        Path source = Files.writeString(folder.resolve("cuda.cpp"), SOURCE);
        List<String> command = new ArrayList<>(List.of(CompiledKernels.compiler().orElseThrow(), "-shared", "-fPIC", "-w", "-Wl,-z,noexecstack"));
        command.addAll(List.of(definitions));
        command.addAll(List.of(source.toString(), "-o", folder.resolve("libcuda.so.1").toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        Files.copy(folder.resolve("libcuda.so.1"), folder.resolve("libcublas.so.13"));
    }

    private EngineOptions options(Device device) {
        return new EngineOptions(KernelChoice.SCALAR, 0, 1, null, Precision.F32, device, folder);
    }

    /** A GPU that is asked for is refused in a sentence; one that is not asked for is done without, and the sentence is kept. */
    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Engine.open(options(Device.parse("cuda")))).isInstanceOf(X2iException.class).hasMessageContainingAll(parts);
        try (Engine engine = Engine.open(options(Device.AUTO))) {
            assertThat(engine.isGpu()).isFalse();
            assertThat(engine.info().device()).isEqualTo("cpu");
            assertThat(engine.info().reasons().getFirst()).contains(parts);
        }
        assertThat(String.join("\n", Engine.gpus(folder))).isNotEmpty();
    }

    @Test
    void aDriverThatDoesNotStart() throws Exception {
        install("-DINIT=999", "-DCARDS=1");
        assertRefused("no GPU can be used", "cuInit failed: the card is on fire (999)", "JCuda: ");
    }

    @Test
    void aDriverThatIsNone() throws Exception {
        install("-DNO_INIT", "-DCARDS=1");
        assertRefused("has no function cuInit", "--device cpu");
    }

    @Test
    void aCardThatIsTooOld() throws Exception {
        install("-DINIT=0", "-DCARDS=1");
        assertRefused("cuda:0 (T4, compute capability 7.5) is too old", "8.0");
        assertThat(Engine.gpus(folder)).anyMatch(l -> l.contains("T4") && l.endsWith("too old for x2i4j"))
                .anyMatch(l -> l.startsWith("CUDA driver interface 12.4, cuBLAS 12.11.10 (" + folder.resolve("libcublas.so.13")));
    }

    @Test
    void noCard() throws Exception {
        install("-DINIT=0", "-DCARDS=0");
        assertRefused("there is no CUDA device 0: this machine has none");
    }

    @Test
    void filesThatAreNoLibraries() throws Exception {
        Files.writeString(folder.resolve("libcuda.so.1"), "not a library");
        assertThat(String.join("\n", Engine.gpus(folder))).isNotEmpty();
    }
}
