package io.github.x2i4j.engine;

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
        c.compare(shape, got, want);
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
