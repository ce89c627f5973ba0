package io.github.x2i4j.engine.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.x2i4j.engine.InstructionSet;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the processor has and the system lets programs use.
 *
 * @param usable instruction sets
 * @param missing for each of the others, what is missing
 */
@SuppressWarnings("restricted")
record Cpu(Set<InstructionSet> usable, List<String> missing) {
    /** State that the system must save for vectors of 256 bits, of 512 bits, and for tiles: bits of XCR0. */
    private static final long AVX_STATE = 0x6;
    private static final long AVX512_STATE = 0xE6;
    private static final long TILE_STATE = 0x60000;
    /** Linux: the number of {@code arch_prctl}, its function that asks for a component, and the component of tile data. */
    private static final long ARCH_PRCTL = 158;
    private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
    private static final long TILE_DATA = 18;

    /** Registers that {@code cpuid} returns. */
    interface Leaves {
        int[] read(int leaf, int subleaf);
    }

    /** Asks the processor. */
    static Cpu read(Pages pages, boolean linux) throws DeclinedException {
        Assembler cpuid = new Assembler();
        writeCpuid(cpuid);
        Assembler xgetbv = new Assembler();
        writeXgetbv(xgetbv);
        try (CodeMemory code = new CodeMemory(pages, List.of(cpuid.bytes(), xgetbv.bytes())); Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MethodHandle leaf = linker.downcallHandle(code.entry(0), FunctionDescriptor.ofVoid(JAVA_INT, JAVA_INT, ADDRESS));
            MethodHandle state = linker.downcallHandle(code.entry(1), FunctionDescriptor.of(JAVA_LONG));
            MemorySegment registers = arena.allocate(JAVA_INT, 4);
            Leaves leaves = (n, sub) -> {
                try {
                    leaf.invokeExact(n, sub, registers);
                } catch (Throwable t) {
                    throw new IllegalStateException(t);
                }
                return registers.toArray(JAVA_INT);
            };
            boolean saves = (leaves.read(1, 0)[2] >> 27 & 1) != 0;
            return of(leaves, saves ? (long) state.invokeExact() : 0, () -> linux && grantsTiles());
        } catch (DeclinedException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** {@code void cpuid(int leaf, int subleaf, int[4] eax_ebx_ecx_edx)} */
    static void writeCpuid(Assembler asm) {
        asm.push(Gpr.RBX);
        asm.mov(Gpr.R8, Gpr.RDX);
        asm.mov(Gpr.RAX, Gpr.RDI);
        asm.mov(Gpr.RCX, Gpr.RSI);
        asm.cpuid();
        asm.mov32(Mem.at(Gpr.R8), Gpr.RAX);
        asm.mov32(Mem.at(Gpr.R8, 4), Gpr.RBX);
        asm.mov32(Mem.at(Gpr.R8, 8), Gpr.RCX);
        asm.mov32(Mem.at(Gpr.R8, 12), Gpr.RDX);
        asm.pop(Gpr.RBX);
        asm.ret();
    }

    /** {@code long xcr0()} */
    static void writeXgetbv(Assembler asm) {
        asm.mov32(Gpr.RCX, 0);
        asm.xgetbv();
        asm.shl(Gpr.RDX, 32);
        asm.or(Gpr.RAX, Gpr.RDX);
        asm.ret();
    }

    /**
     * @param state the state that the system saves
     * @param tiles asks the system for permission to use tiles
     */
    static Cpu of(Leaves leaves, long state, java.util.function.BooleanSupplier tiles) {
        int most = leaves.read(0, 0)[0];
        int fma = leaves.read(1, 0)[2];
        int[] seven = most < 7 ? new int[4] : leaves.read(7, 0);
        int more = most < 7 || seven[0] < 1 ? 0 : leaves.read(7, 1)[0];
        Set<InstructionSet> usable = EnumSet.noneOf(InstructionSet.class);
        List<String> missing = new ArrayList<>();
        boolean avx2 = (fma >> 12 & 1) != 0 && (seven[1] >> 5 & 1) != 0;
        boolean avx512 = avx2 && (seven[1] >> 16 & 1) != 0;
        boolean bf16 = avx512 && (more >> 5 & 1) != 0;
        boolean amx = avx512 && (seven[3] >> 24 & 1) != 0 && (seven[3] >> 22 & 1) != 0;
        offer(InstructionSet.AVX2, avx2, "AVX2 and FMA", state, AVX_STATE, usable, missing);
        offer(InstructionSet.AVX512, avx512, "AVX-512F", state, AVX512_STATE, usable, missing);
        offer(InstructionSet.AVX512_BF16, bf16, "AVX512-BF16", state, AVX512_STATE, usable, missing);
        offer(InstructionSet.AMX_BF16, amx, "AMX-TILE and AMX-BF16", state, AVX512_STATE | TILE_STATE, usable, missing);
        if (usable.contains(InstructionSet.AMX_BF16) && !tiles.getAsBoolean()) {
            usable.remove(InstructionSet.AMX_BF16);
            missing.add(InstructionSet.AMX_BF16.label() + ": the system does not permit the use of tiles (arch_prctl ARCH_REQ_XCOMP_PERM)");
        }
        return new Cpu(usable, List.copyOf(missing));
    }

    private static void offer(InstructionSet set, boolean has, String names, long state, long needed, Set<InstructionSet> usable,
            List<String> missing) {
        if (!has) {
            missing.add(set.label() + ": the processor has no " + names);
        } else if ((state & needed) != needed) {
            missing.add(set.label() + ": the system does not save its registers");
        } else {
            usable.add(set);
        }
    }

    private static boolean grantsTiles() {
        Linker linker = Linker.nativeLinker();
        try {
            MethodHandle syscall = linker.downcallHandle(linker.defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), Linker.Option.firstVariadicArg(1));
            return (long) syscall.invokeExact(ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, TILE_DATA) == 0;
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
