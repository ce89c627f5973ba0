package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Executes machine code: exactly the instructions that the kernels use, decoded from their bytes. Everything else fails, and so does
 * a routine that touches anything but its operands, or leaves a register that it must preserve changed, the upper halves of vectors
 * dirty, or tiles configured.
 */
final class Interpreter {
    private static final int RSP = 4;
    private static final int[] PRESERVED = {3, 4, 5, 12, 13, 14, 15};
    private static final int STACK = 4096;

    private final AddressSpace memory = new AddressSpace();
    private final TileUnit tiles = new TileUnit(memory);
    private final byte[] code;
    private final long codeAddress;
    private final Instruction[] decoded;
    private final long[] registers = new long[16];
    private final int[][] vectors = new int[32][16];
    private final Cpu.Leaves cpuid;
    private int mask;
    private boolean zero;
    private boolean dirtyUpper;
    private int next;

    /** Does what a decoded instruction says. */
    interface Action {
        void run();
    }

    private record Instruction(Action action, int end) {
    }

    /** @param cpuid what the processor says of itself; null where the code does not ask */
    Interpreter(byte[] code, Cpu.Leaves cpuid) {
        this.code = code;
        this.cpuid = cpuid;
        decoded = new Instruction[code.length];
        codeAddress = memory.add(MemorySegment.ofArray(code), false);
    }

    AddressSpace memory() {
        return memory;
    }

    /** Calls the routine with whole numbers and addresses, as the System V ABI passes them; returns rax. */
    long call(long... arguments) {
        int[] order = {7, 6, 2, 1, 8, 9};
        long top = memory.add(MemorySegment.ofArray(new byte[STACK]), true) + STACK;
        Arrays.setAll(registers, r -> 0x1111_1111_1111_1111L * r);
        for (int i = arguments.length - 1; i >= order.length; i--) {
            top -= 8;
            memory.setLong(top, arguments[i]);
        }
        for (int i = 0; i < Math.min(order.length, arguments.length); i++) {
            registers[order[i]] = arguments[i];
        }
        top -= 8;
        memory.setLong(top, -1);
        registers[RSP] = top;
        long[] before = registers.clone();
        before[RSP] += 8;
        for (next = 0; next >= 0;) {
            Instruction i = decoded[next];
            if (i == null) {
                Decoder decoder = new Decoder(code, next);
                Action action = decoder.decode(this);
                i = new Instruction(action, decoder.at());
                decoded[next] = i;
            }
            next = i.end;
            i.action.run();
        }
        for (int r : PRESERVED) {
            check(registers[r] == before[r], "register " + r + " is not what it was");
        }
        check(!dirtyUpper, "the upper halves of vectors are dirty");
        check(!tiles.isConfigured(), "tiles are configured");
        return registers[0];
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError("when the routine returns, " + otherwise);
        }
    }

    // ---- what instructions do; the decoder binds them to their operands ----

    TileUnit tiles() {
        return tiles;
    }

    long get(int register) {
        return registers[register];
    }

    void set(int register, long value) {
        registers[register] = value;
    }

    /** Sets a register and the zero flag. */
    void setAndTest(int register, long value) {
        registers[register] = value;
        zero = value == 0;
    }

    void test(long value) {
        zero = value == 0;
    }

    void jump(boolean ifZero, int target) {
        if (zero == ifZero) {
            next = target;
        }
    }

    void push(int register) {
        registers[RSP] -= 8;
        memory.setLong(registers[RSP], registers[register]);
    }

    long pop() {
        registers[RSP] += 8;
        return memory.getLong(registers[RSP] - 8);
    }

    void ret() {
        next = (int) pop();
    }

    void cpuid() {
        int[] answer = cpuid.read((int) registers[0], (int) registers[1]);
        int[] order = {0, 3, 1, 2};
        for (int i = 0; i < 4; i++) {
            registers[order[i]] = Integer.toUnsignedLong(answer[i]);
        }
    }

    /** The state that this machine saves: vectors of 512 bits, and tiles. */
    void xgetbv() {
        registers[0] = 0x600E7;
        registers[2] = 0x1;
    }

    long codeAddress(int offset) {
        return codeAddress + offset;
    }

    int[] vector(int v) {
        return vectors[v];
    }

    int mask() {
        return mask;
    }

    void setMask(int bits) {
        mask = bits;
    }

    /** Elements of a register above {@code n} become zero, as every instruction of AVX leaves them. */
    void clearAbove(int v, int n) {
        Arrays.fill(vectors[v], n, 16, 0);
        dirtyUpper |= n > 4;
    }

    void zeroUpper() {
        for (int v = 0; v < 16; v++) {
            Arrays.fill(vectors[v], 4, 16, 0);
        }
        dirtyUpper = false;
    }
}
