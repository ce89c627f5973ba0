package io.github.x2i4j.engine.kernel;

import java.util.List;

/**
 * The kernels in service. Which they are may change while ops run: a compiled vector kernel beats everything, but before the
 * just-in-time compiler has seen it, it is a thousand times slower, so that plain loops serve until then. Results are the same
 * either way.
 */
public final class KernelService implements AutoCloseable {
    private final KernelChoice choice;
    private final WarmUp warmUp;
    private volatile TileKernel tiles;
    private volatile RunKernels runs;

    /**
     * What was chosen, and why.
     *
     * @param name name of the kernel set, as in {@code EngineOptions}
     * @param vectorBits width of vectors, or 0 without
     * @param tiles best tile product
     * @param runs best primitives over runs
     * @param substitute serves until the best are fast, or null if the best serve at once
     * @param reasons why these were chosen and others were declined, for people
     */
    public record KernelChoice(String name, int vectorBits, TileKernel tiles, RunKernels runs, ScalarKernels substitute,
            List<String> reasons) {
    }

    public KernelService(KernelChoice choice) {
        this.choice = choice;
        if (choice.substitute() == null) {
            tiles = choice.tiles();
            runs = choice.runs();
            warmUp = null;
        } else {
            tiles = choice.substitute();
            runs = choice.substitute();
            warmUp = new WarmUp(choice, () -> tiles = choice.tiles(), () -> runs = choice.runs());
        }
    }

    public KernelChoice choice() {
        return choice;
    }

    public TileKernel tiles() {
        return tiles;
    }

    public RunKernels runs() {
        return runs;
    }

    @Override
    public void close() {
        if (warmUp != null) {
            warmUp.close();
        }
    }
}
