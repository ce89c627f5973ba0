package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A rehearsal gives the shapes that an engine gives and counts the memory that an engine takes. */
class RehearsalTest {
    private final Rehearsal rehearsal = Rehearsal.onCpu((weight, bytes) -> { });

    @TestFactory
    Stream<DynamicTest> everyOpHasTheShapeAndTakesTheMemoryThatItHasAndTakesInAnEngine() {
        return OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            try (Engine engine = Engine.open(new EngineOptions(KernelChoice.SCALAR, 0, 1)); Scope f = engine.scope();
                    Scope r = rehearsal.scope()) {
                rehearsal.trim();
                Tensor computed = c.run(f).got();
                Tensor rehearsed = c.run(r).got();
                assertThat(rehearsed.shape()).isEqualTo(computed.shape());
                assertThat(rehearsed.dtype()).isEqualTo(computed.dtype());
                assertThat(rehearsal.memory().inUse()).isEqualTo(engine.memory().inUse());
                assertThat(rehearsal.memory().peak()).isEqualTo(engine.memory().peak());
            }
            assertThat(rehearsal.memory().inUse()).isZero();
        }));
    }

    @TestFactory
    Stream<DynamicTest> everyOpTakesTheMemoryThatItTakesOnAGpu() throws Exception {
        return OpCases.all().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> {
            Map<Storage, Long> weights = new IdentityHashMap<>();
            try (Engine engine = FakeGpu.open(1L << 30, Precision.F32); Scope f = engine.scope();
                    Rehearsal gpu = engine.rehearsal((weight, bytes) -> {
                        if (bytes == weight.byteSize()) {
                            weights.put(weight.storage(), bytes);
                        }
                    }); Scope r = gpu.scope()) {
                Tensor computed = c.run(f).got();
                Tensor rehearsed = c.run(r).got();
                assertThat(rehearsed.shape()).isEqualTo(computed.shape());
                long copied = weights.values().stream().mapToLong(Long::longValue).sum();
                assertThat(gpu.memory().inUse() + copied).isEqualTo(engine.memory().inUse());
                assertThat(gpu.memory().peak() + copied).isEqualTo(engine.memory().peak());
            }
        }));
    }

    @Test
    void keepsAndGivesBackMemoryOfNestedScopesAsAnEngineDoes() {
        try (Engine engine = Engine.open(new EngineOptions(KernelChoice.SCALAR, 0, 1))) {
            for (int mega = 1; mega <= 128; mega *= 4) {
                nested(engine.scope(), mega);
                nested(rehearsal.scope(), mega);
                assertSameMemory(engine);
            }
            assertThat(engine.memory().allocated()).isPositive();
            engine.trim();
            rehearsal.trim();
            assertSameMemory(engine);
            assertThat(engine.memory().allocated()).isZero();
        }
    }

    private void assertSameMemory(Engine engine) {
        assertThat(rehearsal.memory().allocated()).isEqualTo(engine.memory().allocated());
        assertThat(rehearsal.memory().peak()).isEqualTo(engine.memory().peak());
    }

    private static void nested(Scope outer, long mega) {
        try (outer) {
            Tensor x = outer.zeros(mega, 1 << 18);
            try (Scope f = outer.scope()) {
                Tensor y = f.escape(f.add(x, x));
                try (Scope g = f.scope()) {
                    g.mul(g.affine(y, 2, 1), x);
                }
                f.activation(y, Activation.SILU);
            }
            outer.concat(0, x, x);
        }
    }

    @Test
    void tellsWhichWeightsAreReadAndOfTablesWhichPart() {
        List<String> read = new ArrayList<>();
        Rehearsal listening = Rehearsal.onCpu((weight, bytes) -> read.add(weight.shape() + " " + bytes));
        try (Arena arena = Arena.ofConfined(); Scope f = listening.scope()) {
            Tensor weight = Tensor.of(arena.allocate(8 * 16 * 2), DType.BF16, 8, 16);
            Tensor bias = Tensor.of(arena.allocate(8 * 4), DType.F32, 8);
            Tensor table = Tensor.of(arena.allocate(1000 * 16 * 4), DType.F32, 1000, 16);
            f.linear(f.gatherRows(table, new long[] {3, 999}), weight, bias, Epilogue.of(Activation.GELU));
        }
        assertThat(read).containsExactly("[1000, 16] 128", "[8, 16] 256", "[8] 32");
    }

    @Test
    void valuesThatAreReadAfterAllAreZeros() {
        try (Scope f = rehearsal.scope()) {
            Tensor x = f.add(f.floats(new float[] {1, 2}, 2), f.floats(new float[] {3, 4}, 2));
            assertThat(x.toFloats()).containsExactly(0, 0);
        }
    }

    @Test
    void tensorsOfClosedScopesCannotBeRead() {
        Tensor x;
        try (Scope f = rehearsal.scope()) {
            x = f.zeros(3);
        }
        Tensor closed = x;
        assertThatThrownBy(closed::toFloats).isInstanceOf(IllegalStateException.class).hasMessageContaining("was closed");
    }
}
