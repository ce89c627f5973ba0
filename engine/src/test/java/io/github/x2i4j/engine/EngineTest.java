package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.machine.InterpretedTiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EngineTest {
    private static final EngineOptions SCALAR = new EngineOptions(KernelChoice.SCALAR, 0, 2);
    private final Engine engine = Engine.open(SCALAR);

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void closedScopesGiveTheirMemoryBack() {
        try (Scope outer = engine.scope()) {
            Tensor a = outer.zeros(100, 100);
            try (Scope inner = outer.scope()) {
                Tensor b = inner.add(a, a);
                inner.permute(b, 1, 0);
                assertThat(engine.memory().inUse()).isGreaterThanOrEqualTo(120_000);
            }
            assertThat(engine.memory().inUse()).isBetween(40_000L, 50_000L);
        }
        assertThat(engine.memory().inUse()).isZero();
        assertThat(engine.memory().peak()).isGreaterThanOrEqualTo(120_000);
        engine.close();
        assertThat(engine.memory().allocated()).isZero();
    }

    @Test
    void panelsOfMachineCodeAreFreedWithTheEngine() {
        Engine machine = new Engine(InterpretedTiles.kernels(InstructionSet.AVX2, Precision.F32), 1);
        try (Scope f = machine.scope()) {
            f.linear(f.zeros(20, 30), f.zeros(40, 30), null);
        }
        assertThat(machine.memory().inUse()).isZero();
        assertThat(machine.memory().scratch()).isPositive();
        machine.close();
        assertThat(machine.memory().scratch()).isZero();
    }

    @Test
    void memoryComesBackWhenAnOpFails() {
        try (Scope f = engine.scope()) {
            Tensor a = f.zeros(2, 3);
            assertThatIllegalArgumentException().isThrownBy(() -> f.linear(a, f.zeros(4, 5), null)).withMessageContaining("[2, 3]")
                    .withMessageContaining("[4, 5]");
        }
        assertThat(engine.memory().inUse()).isZero();
    }

    @Test
    void tensorsOfAClosedScopeCannotBeRead() {
        Tensor t;
        try (Scope f = engine.scope()) {
            t = f.zeros(4);
        }
        assertThatIllegalStateException().isThrownBy(() -> t.getFloat(0)).withMessageContaining("closed");
        try (Scope f = engine.scope()) {
            assertThatIllegalStateException().isThrownBy(() -> f.add(t, t));
        }
    }

    @Test
    void anEscapedTensorBelongsToTheEnclosingScope() {
        try (Scope outer = engine.scope()) {
            Tensor kept;
            Tensor view;
            try (Scope inner = outer.scope()) {
                Tensor lost = inner.floats(new float[] {5}, 1);
                kept = inner.escape(inner.add(lost, lost));
                view = inner.escape(inner.floats(new float[] {1, 2, 3, 4}, 2, 2).row(1));
                assertThat(inner.escape(kept)).isSameAs(kept);
            }
            assertThat(kept.toFloats()).containsExactly(10);
            assertThat(view.toFloats()).containsExactly(3, 4);
            assertThat(outer.escape(kept)).isSameAs(kept);
            assertThat(kept.toFloats()).containsExactly(10);
        }
        assertThat(engine.memory().inUse()).isZero();
    }

    @Test
    void tensorsOfOthersEscapeAsTheyAre() {
        try (Scope outer = engine.scope()) {
            Tensor argument = outer.floats(new float[] {1}, 1);
            try (Scope inner = outer.scope()) {
                assertThat(inner.escape(argument)).isSameAs(argument);
            }
            assertThat(argument.toFloats()).containsExactly(1);
        }
    }

    @Test
    void aClosedScopeOrEngineRefusesWork() {
        Scope f = engine.scope();
        f.close();
        f.close();
        assertThatIllegalStateException().isThrownBy(() -> f.zeros(1)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(f::scope);
        Scope g = engine.scope();
        Tensor t = g.zeros(4);
        engine.close();
        engine.close();
        assertThatIllegalStateException().isThrownBy(() -> g.add(t, t)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> t.getFloat(0));
        g.close();
    }

    @Test
    void severalThreadsComputeAtTheSameTime() throws InterruptedException {
        float[] x = new float[64 * 70];
        float[] w = new float[90 * 70];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 17 - 8;
        }
        for (int i = 0; i < w.length; i++) {
            w[i] = i % 13 - 6;
        }
        float[] want;
        try (Scope f = engine.scope()) {
            want = f.linear(f.floats(x, 64, 70), f.floats(w, 90, 70), null).toFloats();
        }
        List<Throwable> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            threads.add(Thread.ofPlatform().uncaughtExceptionHandler((thread, e) -> failures.add(e)).start(() -> {
                for (int i = 0; i < 20; i++) {
                    try (Scope f = engine.scope()) {
                        assertThat(f.linear(f.floats(x, 64, 70), f.floats(w, 90, 70), null).toFloats()).isEqualTo(want);
                    }
                }
            }));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failures).isEmpty();
        assertThat(engine.memory().inUse()).isZero();
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Engine.open(new EngineOptions(KernelChoice.AUTO, 192, 1)))
                .withMessageContaining("192");
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Engine.open(new EngineOptions(KernelChoice.SCALAR, 256, 1)))
                .withMessageContaining("scalar");
        assertThatExceptionOfType(InvalidInputException.class).isThrownBy(() -> Engine.open(new EngineOptions(KernelChoice.AUTO, 0, -1)))
                .withMessageContaining("threads");
    }

    @Test
    void infoSaysWhatRunsAndWhy() {
        EngineInfo info = engine.info();
        assertThat(info.kernels()).isEqualTo("scalar");
        assertThat(info.vectorBits()).isZero();
        assertThat(info.threads()).isEqualTo(2);
        assertThat(info.reasons()).containsExactly("scalar: asked for");
        assertThat(info.processor()).isNotBlank();
        try (Engine auto = Engine.open(EngineOptions.DEFAULT)) {
            assertThat(auto.info().reasons()).isNotEmpty();
            assertThat(auto.info().threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        }
    }

    @Test
    void withoutTheVectorModuleScalarKernelsServeAndOneWarningSaysWhatToDo() throws IOException, InterruptedException {
        String output = JavaProcess.run(List.of(), Addition.class, "AUTO");
        assertThat(output).contains("scalar 3.0").containsOnlyOnce("--add-modules jdk.incubator.vector");
    }

    @Test
    void withoutTheVectorModuleForcedVectorKernelsAreAnError() throws IOException, InterruptedException {
        assertThat(JavaProcess.run(List.of(), Addition.class, "VECTOR")).contains("UnsupportedFeatureException").contains("--add-modules jdk.incubator.vector");
    }

    @Test
    void aWidthThatTheProcessorLacksIsAnError() throws IOException, InterruptedException {
        // The virtual machine is told to use narrow vectors only.
        String output = JavaProcess.run(List.of("--add-modules", "jdk.incubator.vector", "-XX:MaxVectorSize=16"), Addition.class,
                "VECTOR", "512");
        assertThat(output).contains("UnsupportedFeatureException: vectors of 512 bits cannot be used").contains("128 bits");
    }

    /** Program of a process of its own: adds 1 and 2 with the kernels and the width that it is told. */
    static final class Addition {
        public static void main(String[] args) {
            int bits = args.length > 1 ? Integer.parseInt(args[1]) : 0;
            try (Engine e = Engine.open(new EngineOptions(KernelChoice.valueOf(args[0]), bits, 1)); Scope f = e.scope()) {
                System.out.println(e.info().kernels() + " " + f.add(f.floats(new float[] {1}, 1), f.floats(new float[] {2}, 1)).getFloat(0));
            } catch (X2iException e) {
                System.out.println(e);
            }
        }
    }
}
