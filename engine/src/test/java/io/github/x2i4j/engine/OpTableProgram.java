package io.github.x2i4j.engine;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;

/**
 * Every op on a device against the definition in double precision, without a test framework: for machines that have the device and
 * nothing else. Prints what fails, and a summary; exit code 1 if anything does.
 *
 * <p>Argument: a device, such as {@code cuda}.
 */
public final class OpTableProgram {
    private OpTableProgram() {
    }

    /** See the class. */
    public static void main(String[] args) {
        int passed = 0;
        int failed = 0;
        double worst = 0;
        try (Engine engine = Engine.open(new EngineOptions(KernelChoice.AUTO, 0, 0, null, Precision.F32, Device.parse(args[0])))) {
            System.out.println(engine.info().label() + ", " + engine.info().reasons());
            for (OpCase c : OpCases.all()) {
                try (Scope f = engine.scope()) {
                    OpCase.Result result = c.run(f);
                    worst = Math.max(worst, c.compare(result.got().shape(), result.got().toFloats(), result.want()));
                    passed++;
                } catch (RuntimeException | AssertionError e) {
                    failed++;
                    System.out.println("FAIL " + c.name() + ": " + e);
                }
            }
        }
        System.out.printf("%d ops passed, %d failed, worst relative error %.1e%n", passed, failed, worst);
        System.exit(failed == 0 ? 0 : 1);
    }
}
