package io.github.x2i4j.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the processor and the system allow is told apart, and each refusal has its reason. */
class CpuTest {
    private static final long ALL_STATE = 0x600E7;

    /** A processor with AVX2, and with AVX-512F, AVX512-BF16 and AMX where asked for. */
    private static Cpu.Leaves processor(boolean avx512, boolean bf16, boolean amx) {
        return (leaf, sub) -> switch (leaf) {
            case 0 -> new int[] {7, 0, 0, 0};
            case 1 -> new int[] {0, 0, 1 << 12 | 1 << 27 | 1 << 28, 0};
            default -> sub == 1 ? new int[] {bf16 ? 1 << 5 : 0, 0, 0, 0}
                    : new int[] {1, 1 << 5 | (avx512 ? 1 << 16 : 0), 0, amx ? 1 << 22 | 1 << 24 : 0};
        };
    }

    @Test
    void theBestInstructionsAreTheLast() {
        assertThat(Cpu.of(processor(true, true, true), ALL_STATE, () -> true).usable()).containsExactly(InstructionSet.values());
        assertThat(Cpu.of(processor(true, true, false), ALL_STATE, () -> true).usable())
                .containsExactly(InstructionSet.AVX2, InstructionSet.AVX512, InstructionSet.AVX512_BF16);
        assertThat(Cpu.of(processor(false, false, false), ALL_STATE, () -> true).usable()).containsExactly(InstructionSet.AVX2);
    }

    @Test
    void aMissingInstructionIsNamed() {
        assertThat(Cpu.of(processor(true, false, false), ALL_STATE, () -> true).missing()).containsExactly(
                "avx512-bf16: the processor has no AVX512-BF16", "amx-bf16: the processor has no AMX-TILE and AMX-BF16");
    }

    @Test
    void stateThatTheSystemDoesNotSaveIsARefusal() {
        assertThat(Cpu.of(processor(true, true, true), 0x7, () -> true).missing()).hasSize(3)
                .allMatch(m -> m.endsWith("the system does not save its registers"));
        assertThat(Cpu.of(processor(true, true, true), 0, () -> true).usable()).isEmpty();
    }

    @Test
    void tilesNeedPermission() {
        Cpu cpu = Cpu.of(processor(true, true, true), ALL_STATE, () -> false);
        assertThat(cpu.usable()).doesNotContain(InstructionSet.AMX_BF16);
        assertThat(cpu.missing()).singleElement().asString().contains("ARCH_REQ_XCOMP_PERM");
    }

    @Test
    void forcedInstructionsThatAreMissingAreAnErrorThatNamesTheOthers() {
        Cpu cpu = Cpu.of(processor(false, false, false), ALL_STATE, () -> true);
        assertThatThrownBy(() -> MachineSupport.open(null, cpu, InstructionSet.AVX512, Precision.F32))
                .isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("no AVX-512F").hasMessageContaining("[avx2]");
        Cpu old = Cpu.of((leaf, sub) -> new int[4], ALL_STATE, () -> true);
        assertThatThrownBy(() -> MachineSupport.open(null, old, null, Precision.F32)).isInstanceOf(DeclinedException.class)
                .hasMessageContaining("no AVX2");
    }

    @Test
    void otherSystemsAndArchitecturesAreDeclined() {
        Module granted = getClass().getModule();
        assertThat(MachineSupport.missing("Linux", "aarch64", granted)).contains("aarch64");
        assertThat(MachineSupport.missing("Windows 11", "amd64", granted)).contains("Windows 11");
        assertThat(MachineSupport.missing("Mac OS X", "x86_64", granted)).isNull();
        assertThat(MachineSupport.missing("Linux", "amd64", granted)).isNull();
        Module none = ModuleLayer.boot().findModule("java.logging").orElseThrow();
        assertThat(MachineSupport.missing("Linux", "amd64", none)).endsWith("--enable-native-access=java.logging");
    }

    @Test
    void whatTheProcessorSaysIsWhatLinuxSays() throws Exception {
        Path cpuinfo = Path.of("/proc/cpuinfo");
        assumeThat(System.getProperty("os.arch")).isEqualTo("amd64");
        assumeThat(Files.isReadable(cpuinfo)).isTrue();
        Cpu cpu = Cpu.read(new SystemPages(false), true);
        assertThat(cpu.usable().contains(InstructionSet.AVX2)).isEqualTo(flags(cpuinfo).containsAll(List.of("avx2", "fma")));
        assertThat(cpu.usable().contains(InstructionSet.AVX512)).isEqualTo(flags(cpuinfo).contains("avx512f"));
        assertThat(cpu.usable().contains(InstructionSet.AVX512_BF16)).isEqualTo(flags(cpuinfo).contains("avx512_bf16"));
    }

    private static List<String> flags(Path cpuinfo) throws IOException {
        return Files.readAllLines(cpuinfo).stream().filter(l -> l.startsWith("flags")).findFirst()
                .map(l -> Arrays.asList(l.split("[: \t]+"))).orElse(List.of());
    }
}
