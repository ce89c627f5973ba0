package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import java.util.List;

/**
 * The kernels in service. Which they are may change while ops run: a compiled vector kernel beats everything that Java compiles, but
 * before the just-in-time compiler has seen it, it is a thousand times slower, so that plain loops serve until then. Results are the
 * same either way. Machine code serves at once.
 */
public final class KernelService implements AutoCloseable {
    private final KernelChoice choice;
    private final WarmUp warmUp;
    private volatile BlockKernel<?> blocks;
    private volatile RunKernels runs;

    /**
     * What was chosen, and why.
     *
     * @param name name of the kernel set, as in {@code EngineOptions}
     * @param vectorBits width of vectors, or 0 without
     * @param instructions what machine code uses, or null without
     * @param precision of large products
     * @param blocks best product of blocks
     * @param runs best primitives over runs
     * @param substitute serves until the best are fast, or null if the best serve at once
     * @param reasons why these were chosen and others were declined, for people
     * @param release frees what the kernels need
     */
    public record KernelChoice(String name, int vectorBits, InstructionSet instructions, Precision precision, BlockKernel<?> blocks,
            RunKernels runs, ScalarKernels substitute, List<String> reasons, Runnable release) {
        /** Kernels in Java. */
        KernelChoice(String name, int vectorBits, TileKernel tiles, RunKernels runs, ScalarKernels substitute, List<String> reasons) {
            this(name, vectorBits, null, Precision.F32, new ArrayBlocks(tiles), runs, substitute, reasons, () -> { });
        }
    }

    /** @param choice its kernels are released when this is closed */
    public KernelService(KernelChoice choice) {
        this.choice = choice;
        if (choice.substitute() == null) {
            blocks = choice.blocks();
            runs = choice.runs();
            warmUp = null;
        } else {
            blocks = choice.blocks() instanceof ArrayBlocks ? new ArrayBlocks(choice.substitute()) : choice.blocks();
            runs = choice.substitute();
            warmUp = new WarmUp(choice, () -> blocks = choice.blocks(), () -> runs = choice.runs());
        }
    }

    public KernelChoice choice() {
        return choice;
    }

    public BlockKernel<?> blocks() {
        return blocks;
    }

    public RunKernels runs() {
        return runs;
    }

    @Override
    public void close() {
        if (warmUp != null) {
            warmUp.close();
        }
        choice.release().run();
    }
}
