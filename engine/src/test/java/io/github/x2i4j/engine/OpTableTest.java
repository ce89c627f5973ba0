package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.machine.InterpretedTiles;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every op on every implementation against the definition in double precision, and against each other bit by bit. */
class OpTableTest {
    /** Relative error in the L2 norm that a sum of 1024 products may have; widened operands are exact, so it is the same for all dtypes. */
    private static final double BOUND = 2e-6;
    private static final double LEAST_BOUND = 1e-6;

    private static List<EngineOptions> implementations() {
        List<EngineOptions> all = new ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            all.add(new EngineOptions(KernelChoice.SCALAR, 0, threads));
            for (int bits = 128; bits <= 512; bits *= 2) {
                all.add(new EngineOptions(KernelChoice.VECTOR, bits, threads));
            }
        }
        all.add(new EngineOptions(KernelChoice.MACHINE, 0, 1, InstructionSet.AVX2, Precision.F32));
        all.add(new EngineOptions(KernelChoice.MACHINE, 0, 2, InstructionSet.AVX512, Precision.F32));
        all.add(new EngineOptions(KernelChoice.AUTO, 0, 3));
        return all;
    }

    @TestFactory
    Stream<DynamicTest> everyImplementationAgreesWithTheDefinitionAndGivesTheSameBits() {
        List<float[]> reference = new ArrayList<>();
        try (Engine e = Engine.open(new EngineOptions(KernelChoice.SCALAR, 0, 1))) {
            for (OpCase c : OpCases.all()) {
                try (Scope f = e.scope()) {
                    reference.add(c.run(f).got().toFloats());
                }
            }
        }
        Stream<DynamicTest> here = implementations().stream().map(options -> DynamicTest.dynamicTest(options.toString(), () -> {
            try (Engine e = open(options)) {
                compareAll(e, reference);
            }
        }));
        Stream<DynamicTest> interpreted = Stream.of(InstructionSet.AVX2, InstructionSet.AVX512)
                .map(set -> DynamicTest.dynamicTest("interpreted " + set, () -> {
            try (Engine e = new Engine(InterpretedTiles.kernels(set, Precision.F32), 2)) {
                compareAll(e, reference);
            }
        }));
        return Stream.concat(here, interpreted);
    }

    private static void compareAll(Engine e, List<float[]> reference) {
        List<OpCase> cases = OpCases.all();
        for (int i = 0; i < cases.size(); i++) {
            try (Scope f = e.scope()) {
                OpCase.Result result = cases.get(i).run(f);
                float[] got = result.got().toFloats();
                compare(cases.get(i), result.got().shape(), got, result.want());
                compareBits(cases.get(i), result.got().shape(), got, reference.get(i));
            }
        }
    }

    private static Engine open(EngineOptions options) {
        try {
            return Engine.open(options);
        } catch (UnsupportedFeatureException e) {
            Assumptions.abort("not on this machine: " + e.getMessage());
            throw e;
        }
    }

    static void compare(OpCase c, Shape shape, float[] got, double[] want) {
        assertThat(got.length).as("elements of " + c.name()).isEqualTo(want.length);
        double bound = Math.max(LEAST_BOUND, BOUND * Math.sqrt(c.terms() / 1024.0));
        double norm = 0;
        double error = 0;
        for (int i = 0; i < got.length; i++) {
            norm += want[i] * want[i];
            error += (got[i] - want[i]) * (got[i] - want[i]);
        }
        norm = Math.max(norm, 1e-6 * got.length);
        double typical = Math.sqrt(norm / got.length);
        for (int i = 0; i < got.length; i++) {
            // A single element may be off by more than the root mean square.
            double off = Math.abs(got[i] - want[i]) / Math.max(typical, Math.abs(want[i]));
            assertThat(off).as("%s (seed %d): element %d of %s is %s, expected %s", c.name(), OpCase.SEED, i, shape, got[i], want[i])
                    .isLessThan(10 * bound);
        }
        assertThat(Math.sqrt(error / norm)).as("%s (seed %d): relative error", c.name(), OpCase.SEED).isLessThan(bound);
    }

    private static void compareBits(OpCase c, Shape shape, float[] got, float[] reference) {
        for (int i = 0; i < got.length; i++) {
            if (Float.floatToRawIntBits(got[i]) != Float.floatToRawIntBits(reference[i])) {
                throw new AssertionError("%s (seed %d): element %d of %s is %s, but scalar kernels give %s".formatted(c.name(), OpCase.SEED, i,
                        shape, got[i], reference[i]));
            }
        }
    }
}
