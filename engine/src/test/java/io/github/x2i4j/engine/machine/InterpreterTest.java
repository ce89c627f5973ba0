package io.github.x2i4j.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.BlockKernel.Ahead;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The interpreter fails where a processor would do harm. */
class InterpreterTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @ValueSource(strings = {
        "90c3",                   // nop
        "4829f8",                 // sub rax, rdi
        "c5fc5ec1",               // vdivps ymm0, ymm0, ymm1
        "62f2754ab8c2",           // vfmadd231ps zmm0{k2}, zmm1, zmm2
        "62f27558b800",           // vfmadd231ps zmm0, zmm1, dword ptr [rax]{1to16}
        "c4e27b5cc1",             // tdpfp16ps
        "c4e27b49d8c3",           // tilezero without a configuration
        "48c7c000000000c3"})      // mov rax, 0
    void whatTheKernelsDoNotUseFails(String code) {
        assertThatThrownBy(() -> new Interpreter(HEX.parseHex(code), null).call()).isInstanceOf(AssertionError.class);
    }

    @Test
    void aRoutineThatLeavesVectorsDirtyFails() {
        assertThatThrownBy(() -> new Interpreter(HEX.parseHex("c5fc1007c3"), null).call(0)).isInstanceOf(AssertionError.class);
        Assembler asm = new Assembler();
        asm.load(new Vec(0, 256), Mem.at(Gpr.RDI));
        asm.ret();
        Interpreter dirty = new Interpreter(asm.bytes(), null);
        long operand = dirty.memory().add(MemorySegment.ofArray(new float[8]), false);
        assertThatThrownBy(() -> dirty.call(operand)).hasMessageContaining("dirty");
    }

    @Test
    void aRoutineThatChangesAPreservedRegisterFails() {
        Assembler asm = new Assembler();
        asm.mov32(Gpr.RBX, 3);
        asm.ret();
        assertThatThrownBy(() -> new Interpreter(asm.bytes(), null).call()).hasMessageContaining("register 3");
    }

    @Test
    void everyRoutineStaysInsideItsOperands() {
        for (InstructionSet set : InstructionSet.values()) {
            for (Precision precision : Precision.values()) {
                List<byte[]> codes = MachineSupport.routines(set, precision).stream().map(Assembler::bytes).toList();
                BlockKernel<?> blocks = InterpretedTiles.kernels(set, precision).blocks();
                int columns = blocks.columns();
                int depth = 32;
                TileRoutine tiles = new InterpretedTiles(codes.getFirst());
                float[] a = new float[(blocks.rows() - 1) * TileShape.DEPTH + depth];
                float[] b = new float[2 * depth * columns];
                float[] c = new float[(blocks.rows() - 1) * 100 + 2 * columns];
                run(tiles, a, a.length, b, b.length, c, c.length, columns, depth);
                assertThatThrownBy(() -> run(tiles, a, a.length - 1, b, b.length, c, c.length, columns, depth)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> run(tiles, a, a.length, b, b.length - 1, c, c.length, columns, depth)).isInstanceOf(IndexOutOfBoundsException.class);
                assertThatThrownBy(() -> run(tiles, a, a.length, b, b.length, c, c.length - 1, columns, depth)).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    private static void run(TileRoutine routine, float[] a, int an, float[] b, int bn, float[] c, int cn, int columns, int depth) {
        routine.call(MemorySegment.ofArray(a).asSlice(0, 4L * an), MemorySegment.ofArray(b).asSlice(0, 4L * bn),
                MemorySegment.ofArray(c).asSlice(0, 4L * cn), 1, 2, depth, 4L * depth * columns, 400, true, 0, Ahead.NOTHING);
    }

    @Test
    void theProcessorsAnswersAreReadWhole() {
        Assembler asm = new Assembler();
        Cpu.writeCpuid(asm);
        Interpreter interpreter = new Interpreter(asm.bytes(), (leaf, sub) -> new int[] {leaf, sub, -3, -4});
        int[] answer = new int[4];
        interpreter.call(7, 1, interpreter.memory().add(MemorySegment.ofArray(answer), true));
        assertThat(answer).containsExactly(7, 1, -3, -4);

        Assembler state = new Assembler();
        Cpu.writeXgetbv(state);
        assertThat(new Interpreter(state.bytes(), null).call()).isEqualTo(0x1_0006_00E7L);
    }
}
