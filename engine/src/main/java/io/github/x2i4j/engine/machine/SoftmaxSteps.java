package io.github.x2i4j.engine.machine;

import static io.github.x2i4j.engine.machine.Gpr.R10;
import static io.github.x2i4j.engine.machine.Gpr.R11;
import static io.github.x2i4j.engine.machine.Gpr.R12;
import static io.github.x2i4j.engine.machine.Gpr.R13;
import static io.github.x2i4j.engine.machine.Gpr.R14;
import static io.github.x2i4j.engine.machine.Gpr.R8;
import static io.github.x2i4j.engine.machine.Gpr.R9;
import static io.github.x2i4j.engine.machine.Gpr.RAX;
import static io.github.x2i4j.engine.machine.Gpr.RBP;
import static io.github.x2i4j.engine.machine.Gpr.RBX;
import static io.github.x2i4j.engine.machine.Gpr.RCX;
import static io.github.x2i4j.engine.machine.Gpr.RDI;
import static io.github.x2i4j.engine.machine.Gpr.RDX;
import static io.github.x2i4j.engine.machine.Gpr.RSI;
import static io.github.x2i4j.engine.machine.TileShape.WORD;

import io.github.x2i4j.engine.kernel.BlockKernel;
import io.github.x2i4j.engine.kernel.RunKernels;
import io.github.x2i4j.engine.kernel.ScalarMath;
import io.github.x2i4j.engine.machine.Encoder.Label;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes a {@link SoftmaxRoutine}. The exponential is that of {@link ScalarMath#exp} in each lane, without the bound above, since no
 * argument is above zero.
 */
final class SoftmaxSteps {
    /** Columns of out come in multiples of this. */
    static final int OUT = 16;

    private static final float[] CONSTANTS = {ScalarMath.EXP_MIN, ScalarMath.LOG2_E, ScalarMath.ROUNDER, -ScalarMath.LN2_HIGH,
        -ScalarMath.LN2_LOW, ScalarMath.EXP_4, ScalarMath.EXP_3, ScalarMath.EXP_2, ScalarMath.EXP_1, ScalarMath.EXP_0, 1};
    private static final int EXP_MIN = 0;
    private static final int LOG2_E = 1;
    private static final int ROUNDER = 2;
    private static final int MINUS_LN2_HIGH = 3;
    private static final int MINUS_LN2_LOW = 4;
    private static final int EXP_4 = 5;
    private static final int EXP_0 = 9;
    private static final int ONE = 10;
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14};

    private final Assembler asm;
    private final int bits;
    private final boolean pairs;
    /** Vectors in a piece: {@link RunKernels#LANES}. */
    private final int vectors;
    private final Vec x;
    private final Vec t;
    private final Vec r;
    private final Vec p;
    private final Vec e;
    private final Vec max;
    private final Vec before;

    private SoftmaxSteps(Assembler asm, int bits, boolean pairs) {
        this.asm = asm;
        this.bits = bits;
        this.pairs = pairs;
        vectors = RunKernels.LANES * WORD * 8 / bits;
        x = new Vec(vectors, bits);
        t = new Vec(vectors + 1, bits);
        r = new Vec(vectors + 2, bits);
        p = new Vec(vectors + 3, bits);
        e = new Vec(vectors + 4, bits);
        max = new Vec(vectors + 5, bits);
        before = new Vec(vectors + 6, bits);
    }

    /**
     * Appends the routine.
     *
     * @param bits width of the vectors: 256 or 512
     * @param pairs whether exponentials are stored as BF16
     */
    static void write(Assembler asm, int bits, boolean pairs) {
        new SoftmaxSteps(asm, bits, pairs).routine();
    }

    private int bytes() {
        return bits / 8;
    }

    private Vec sum(int i) {
        return new Vec(i, bits);
    }

    /** With 512 bits there are registers for constants; otherwise they are read again each time. */
    private Record constant(int i) {
        return bits == 512 ? new Vec(16 + i, bits) : Mem.at(RBP, i * bytes());
    }

    private void set(Vec to, int constant) {
        if (constant(constant) instanceof Vec from) {
            asm.copy(to, from);
        } else {
            asm.load(to, (Mem) constant(constant));
        }
    }

    private void routine() {
        Label data = new Label();
        for (Gpr g : SAVED) {
            asm.push(g);
        }
        asm.lea(RBP, data);
        for (int i = 0; i < CONSTANTS.length; i++) {
            if (constant(i) instanceof Vec v) {
                asm.load(v, Mem.at(RBP, i * bytes()));
            }
        }
        asm.mov(R11, R9);
        asm.shl(R11, Integer.numberOfTrailingZeros(OUT * WORD)); // bytes of a row of out
        asm.mov(R12, RDI);
        asm.mov(R13, RSI);
        asm.mov(R14, RCX);
        // First the maxima of all rows: what one row waits for is then hidden behind the next.
        forEachRow(() -> {
            findMax();
            Label same = new Label();
            asm.compareFirst(before, max);
            asm.jz(same);
            rescale();
            asm.bind(same);
            asm.add(RDX, R11);
        });
        asm.mov(RDI, R12);
        asm.mov(RSI, R13);
        asm.mov(RCX, R14);
        forEachRow(this::exponentials);
        asm.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        asm.ret();
        asm.data(data, constants());
    }

    private void forEachRow(Runnable work) {
        Label row = new Label();
        asm.bind(row);
        work.run();
        asm.add(RDI, TileShape.DEPTH * WORD);
        asm.add(RSI, BlockKernel.STATE * WORD);
        asm.dec(RCX);
        asm.jnz(row);
    }

    /** A vector of each constant. */
    private byte[] constants() {
        ByteBuffer data = ByteBuffer.allocate(CONSTANTS.length * bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float c : CONSTANTS) {
            for (int i = 0; i < bytes(); i += WORD) {
                data.putFloat(c);
            }
        }
        return data.array();
    }

    /** All lanes of {@code max} become the largest of the scores and {@code before}. */
    private void findMax() {
        asm.broadcast(before, Mem.at(RSI, RunKernels.LANES * WORD));
        for (int i = 0; i < vectors; i++) {
            asm.broadcast(sum(i), Mem.at(RSI, RunKernels.LANES * WORD));
        }
        asm.mov(RAX, RDI);
        asm.mov(R10, R8);
        Label piece = new Label();
        asm.bind(piece);
        for (int i = 0; i < vectors; i++) {
            asm.max(sum(i), sum(i), Mem.at(RAX, i * bytes()));
        }
        asm.add(RAX, RunKernels.LANES * WORD);
        asm.dec(R10);
        asm.jnz(piece);
        asm.max(max, sum(0), sum(1));
        for (int i = 2; i < vectors; i++) {
            asm.max(max, max, sum(i));
        }
        if (bits == 512) {
            asm.permuteQuarters(t, max, 0x4E);
            asm.max(max, max, t);
            asm.permuteQuarters(t, max, 0xB1);
        } else {
            asm.exchangeHalves(t, max);
        }
        asm.max(max, max, t);
        asm.permute(t, max, 0x4E);
        asm.max(max, max, t);
        asm.permute(t, max, 0xB1);
        asm.max(max, max, t);
    }

    /** Earlier sums are brought to the new maximum. */
    private void rescale() {
        asm.subtract(x, before, max);
        exp();
        for (int at = 0; at < OUT * WORD; at += bytes()) {
            asm.store(Mem.at(RSI, RunKernels.LANES * WORD + at), max);
        }
        for (int i = 0; i < vectors; i++) {
            scale(Mem.at(RSI, i * bytes()));
        }
        asm.mov(RAX, RDX);
        asm.mov(R10, R9);
        Label piece = new Label();
        asm.bind(piece);
        for (int at = 0; at < OUT * WORD; at += bytes()) {
            scale(Mem.at(RAX, at));
        }
        asm.add(RAX, OUT * WORD);
        asm.dec(R10);
        asm.jnz(piece);
    }

    private void scale(Mem m) {
        asm.multiply(t, e, m);
        asm.store(m, t);
    }

    private void exponentials() {
        for (int i = 0; i < vectors; i++) {
            asm.load(sum(i), Mem.at(RSI, i * bytes()));
        }
        asm.broadcast(before, Mem.at(RSI, RunKernels.LANES * WORD));
        asm.zero(max);
        asm.subtract(max, max, before);
        asm.mov(RAX, RDI);
        asm.mov(RBX, RDI);
        asm.mov(R10, R8);
        Label piece = new Label();
        asm.bind(piece);
        for (int i = 0; i < vectors; i++) {
            asm.add(x, max, Mem.at(RAX, i * bytes()));
            exp();
            asm.add(sum(i), sum(i), e);
            if (pairs) {
                Vec narrow = new Vec(e.number(), bits / 2);
                asm.narrow(narrow, e);
                asm.store(Mem.at(RBX, i * bytes() / 2), narrow);
            } else {
                asm.store(Mem.at(RAX, i * bytes()), e);
            }
        }
        asm.add(RAX, RunKernels.LANES * WORD);
        if (pairs) {
            asm.add(RBX, RunKernels.LANES * WORD / 2);
        }
        asm.dec(R10);
        asm.jnz(piece);
        for (int i = 0; i < vectors; i++) {
            asm.store(Mem.at(RSI, i * bytes()), sum(i));
        }
    }

    /** {@code e = exp(x)} */
    private void exp() {
        set(t, ROUNDER);
        asm.multiplyAdd(t, x, constant(LOG2_E));
        asm.subtract(p, t, constant(ROUNDER));
        asm.copy(r, x);
        asm.multiplyAdd(r, p, constant(MINUS_LN2_HIGH));
        asm.multiplyAdd(r, p, constant(MINUS_LN2_LOW));
        set(p, EXP_4);
        for (int i = EXP_4 + 1; i <= EXP_0; i++) {
            asm.multiplyThenAdd(p, r, constant(i));
        }
        asm.multiply(e, r, r);
        asm.multiplyThenAdd(e, p, r);
        asm.add(e, e, constant(ONE));
        asm.shiftLeft(t, t, 23);
        asm.addInts(e, e, t);
        if (constant(EXP_MIN) instanceof Vec min) {
            asm.copyUnlessLess(e, e, x, min);
        } else {
            asm.less(t, x, constant(EXP_MIN));
            asm.andNot(e, t, e);
        }
    }
}
