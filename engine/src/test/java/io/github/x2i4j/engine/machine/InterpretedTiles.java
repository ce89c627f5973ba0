package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.BlockKernel.Ahead;
import io.github.x2i4j.engine.kernel.KernelService.KernelChoice;
import io.github.x2i4j.engine.kernel.ScalarKernels;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A {@link TileRoutine} that runs on any processor, in an {@link Interpreter} that lets it touch its operands alone.
 *
 * @param code the routine's bytes
 */
public record InterpretedTiles(byte[] code) implements TileRoutine {
    /** The kernels of an instruction set, interpreted. */
    public static KernelChoice kernels(InstructionSet set, Precision precision) {
        BlockKernel<?> blocks = MachineSupport.assemble(set, precision, new MachineSupport.Loader() {
            @Override
            public TileRoutine tiles(Assembler asm) {
                return new InterpretedTiles(asm.bytes());
            }

            @Override
            public SoftmaxRoutine softmax(Assembler asm) {
                return new InterpretedSoftmax(asm.bytes());
            }

            @Override
            public PatchRoutine patches(Assembler asm) {
                return new InterpretedPatches(asm.bytes());
            }
        });
        return new KernelChoice("machine", 0, set, precision, blocks, new ScalarKernels(16), null, List.of(), () -> { });
    }

    @Override
    public void call(MemorySegment a, MemorySegment b, MemorySegment c, long tiles, long panels, long depth, long bStep, long cStride,
            boolean add, long bAhead, Ahead ahead) {
        Interpreter interpreter = new Interpreter(code, null);
        AddressSpace memory = interpreter.memory();
        interpreter.call(memory.add(a, false), memory.add(b, false), memory.add(c, true), tiles, panels, depth, bStep, cStride, add ? 1 : 0,
                bAhead, ahead.address(), ahead.stride(), ahead.pieces());
    }
}
