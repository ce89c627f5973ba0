package io.github.x2i4j.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Executable memory is never writable, and goes back to the system. */
class MemoryOfCodeTest {
    /** Counts what is out. */
    private static final class Counted implements Pages {
        private final Map<Long, Boolean> executable = new HashMap<>();
        private boolean refuse;

        @Override
        public MemorySegment map(long bytes) {
            MemorySegment pages = Arena.ofAuto().allocate(bytes, 64);
            executable.put(pages.address(), false);
            return pages;
        }

        @Override
        public void makeExecutable(MemorySegment pages) throws DeclinedException {
            if (refuse) {
                throw new DeclinedException("refused");
            }
            assertThat(executable.put(pages.address(), true)).isFalse();
        }

        @Override
        public void unmap(MemorySegment pages) {
            assertThat(executable.remove(pages.address())).isNotNull();
        }
    }

    private static final Cpu AVX2_ONLY = new Cpu(EnumSet.of(InstructionSet.AVX2), List.of());

    @Test
    void nothingIsLeftWhenTheKernelsAreClosed() throws DeclinedException {
        Counted pages = new Counted();
        try (MachineSupport machine = MachineSupport.open(pages, AVX2_ONLY, null, Precision.F32)) {
            assertThat(machine.instructions()).isEqualTo(InstructionSet.AVX2);
            assertThat(pages.executable.values()).containsExactly(true);
        }
        assertThat(pages.executable).isEmpty();
    }

    @Test
    void closingTwiceIsClosingOnce() throws DeclinedException {
        Counted pages = new Counted();
        CodeMemory code = new CodeMemory(pages, List.of(new byte[] {(byte) 0xC3}));
        code.close();
        code.close();
        assertThat(pages.executable).isEmpty();
    }

    @Test
    void refusedMemoryIsGivenBackAndTheReasonTold() {
        Counted pages = new Counted();
        pages.refuse = true;
        assertThatThrownBy(() -> MachineSupport.open(pages, AVX2_ONLY, null, Precision.F32)).isInstanceOf(DeclinedException.class)
                .hasMessage("refused");
        assertThat(pages.executable).isEmpty();
    }

    @Test
    void routinesBeginAtCacheLines() throws DeclinedException {
        Counted pages = new Counted();
        try (CodeMemory code = new CodeMemory(pages, List.of(new byte[] {1, 2, 3}, new byte[70], new byte[] {4}))) {
            assertThat(code.entry(1).address() - code.entry(0).address()).isEqualTo(64);
            assertThat(code.entry(2).address() - code.entry(0).address()).isEqualTo(192);
            assertThat(code.entry(0).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void routinesAreNotCalledAfterTheyAreGone() throws DeclinedException {
        Counted pages = new Counted();
        MachineSupport machine = MachineSupport.open(pages, AVX2_ONLY, null, Precision.F32);
        machine.close();
        try (MemoryPool pool = new MemoryPool(0)) {
            assertThatThrownBy(() -> multiply(machine.blocks(), pool)).isInstanceOf(IllegalStateException.class);
        }
    }

    private static <P> void multiply(BlockKernel<P> kernel, MemoryPool pool) {
        P x = kernel.take(pool, null, 10_000);
        kernel.multiply(1, x, 0, 1, x, 5000, 0, 1, x, kernel.columns(), false);
    }
}
