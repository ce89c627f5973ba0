package io.github.x2i4j.engine.machine;

import static io.github.x2i4j.engine.machine.Gpr.R10;
import static io.github.x2i4j.engine.machine.Gpr.R11;
import static io.github.x2i4j.engine.machine.Gpr.R12;
import static io.github.x2i4j.engine.machine.Gpr.R13;
import static io.github.x2i4j.engine.machine.Gpr.R14;
import static io.github.x2i4j.engine.machine.Gpr.R15;
import static io.github.x2i4j.engine.machine.Gpr.R8;
import static io.github.x2i4j.engine.machine.Gpr.R9;
import static io.github.x2i4j.engine.machine.Gpr.RAX;
import static io.github.x2i4j.engine.machine.Gpr.RBP;
import static io.github.x2i4j.engine.machine.Gpr.RBX;
import static io.github.x2i4j.engine.machine.Gpr.RCX;
import static io.github.x2i4j.engine.machine.Gpr.RDI;
import static io.github.x2i4j.engine.machine.Gpr.RDX;
import static io.github.x2i4j.engine.machine.Gpr.RSI;
import static io.github.x2i4j.engine.machine.Gpr.RSP;
import static io.github.x2i4j.engine.machine.TileShape.DEPTH;
import static io.github.x2i4j.engine.machine.TileShape.WORD;

import io.github.x2i4j.engine.kernel.BlockKernel.Ahead;

/**
 * Writes a {@link TileRoutine} whose tile is held in vector registers: for each k, a row of B is loaded, and each element of a
 * column of A is broadcast and multiplied with it.
 *
 * <p>Twelve sums hide the latency of the multiply-add and leave room for B and A in the sixteen registers of AVX2: 6 rows by 2
 * vectors. The thirty-two registers of AVX-512 take 12 rows by 2 vectors, which halves the traffic of B.
 */
final class FmaTiles {
    /** Bytes pushed on the stack before the arguments are read, and the return address. */
    private static final int FRAME = 7 * 8;
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14, R15};
    /** Arguments on the stack. */
    private static final Mem B_STEP = Mem.at(RSP, FRAME);
    private static final Mem C_STRIDE = Mem.at(RSP, FRAME + 8);
    private static final Mem ADD = Mem.at(RSP, FRAME + 16);
    private static final Mem B_AHEAD = Mem.at(RSP, FRAME + 24);
    private static final Mem AHEAD = Mem.at(RSP, FRAME + 32);
    private static final Mem AHEAD_STRIDE = Mem.at(RSP, FRAME + 40);
    private static final Mem AHEAD_PIECES = Mem.at(RSP, FRAME + 48);
    private static final int LINE = 64;

    private final Assembler asm;
    private final TileShape shape;
    private final int vectors;
    private final int bits;
    private final boolean pairs;

    private FmaTiles(Assembler asm, int bits, int rows, int vectors, boolean pairs) {
        this.asm = asm;
        this.bits = bits;
        this.vectors = vectors;
        this.pairs = pairs;
        shape = new TileShape(rows, vectors * bits / 8 / WORD, 1);
    }

    /**
     * Appends the routine.
     *
     * @param bits width of the vectors: 256 or 512
     * @param vectors vectors in a row of the tile
     * @param pairs whether words are pairs of BF16 (AVX512-BF16) instead of F32
     */
    static TileShape write(Assembler asm, int bits, int rows, int vectors, boolean pairs) {
        FmaTiles tiles = new FmaTiles(asm, bits, rows, vectors, pairs);
        tiles.routine();
        return tiles.shape;
    }

    private Vec sum(int row, int vector) {
        return new Vec(row * vectors + vector, bits);
    }

    private Vec b(int vector) {
        return new Vec(shape.rows() * vectors + vector, bits);
    }

    /** Two registers take turns, so that a broadcast need not wait for the products with the one before. */
    private Vec a(int row) {
        return new Vec((shape.rows() + 1) * vectors + row % 2, bits);
    }

    private void routine() {
        for (Gpr r : SAVED) {
            asm.push(r);
        }
        asm.mov(R14, C_STRIDE);
        Assembler.Label panel = new Assembler.Label();
        asm.bind(panel);
        asm.mov(RAX, RDI);                                 // a of the tile
        asm.mov(R11, RDX);                                 // c of the tile
        asm.mov(RBX, RCX);                                 // tiles left
        asm.mov(R15, RSI);
        asm.add(R15, B_STEP);                              // what of the next panel is to be brought near
        Assembler.Label tile = new Assembler.Label();
        asm.bind(tile);
        prefetch();
        prefetchPiece();
        product();
        output();
        asm.add(RAX, shape.rows() * DEPTH * WORD);
        asm.mov(R11, R13);
        asm.dec(RBX);
        asm.jnz(tile);
        asm.add(RSI, B_STEP);                              // b of the next panel
        asm.add(RDX, shape.columns() * WORD);              // c of the next panel
        asm.dec(R8);
        asm.jnz(panel);
        asm.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        asm.ret();
    }

    /** Has the tile of C brought near while the product runs. */
    private void prefetch() {
        asm.mov(R13, R11);
        for (int i = 0; i < shape.rows(); i++) {
            for (int at = 0; at < shape.columns() * WORD; at += LINE) {
                asm.prefetcht0(Mem.at(R13, at));
            }
            asm.add(R13, R14);
        }
    }

    /** Names the next piece of what comes after this call. */
    private void prefetchPiece() {
        Assembler.Label none = new Assembler.Label();
        asm.mov(R10, AHEAD_PIECES);
        asm.test(R10, R10);
        asm.jz(none);
        asm.dec(R10);
        asm.mov(AHEAD_PIECES, R10);
        asm.mov(R13, AHEAD);
        for (int at = 0; at < Ahead.BYTES; at += LINE) {
            asm.prefetcht1(Mem.at(R13, at));
        }
        asm.add(R13, AHEAD_STRIDE);
        asm.mov(AHEAD, R13);
        asm.bind(none);
    }

    private void product() {
        for (int i = 0; i < shape.rows(); i++) {
            for (int v = 0; v < vectors; v++) {
                asm.zero(sum(i, v));
            }
        }
        asm.mov(RBP, RAX);                                 // a of this k
        asm.mov(R10, RSI);                                 // b of this k
        asm.mov(R12, R9);                                  // k left
        Assembler.Label k = new Assembler.Label();
        asm.bind(k);
        for (int v = 0; v < vectors; v++) {
            asm.load(b(v), Mem.at(R10, v * bits / 8));
        }
        for (int i = 0; i < shape.rows(); i++) {
            asm.broadcast(a(i), Mem.at(RBP, i * DEPTH * WORD));
            for (int v = 0; v < vectors; v++) {
                multiplyAdd(sum(i, v), a(i), b(v));
            }
        }
        asm.prefetcht1(Mem.at(R15));
        asm.add(R15, B_AHEAD);
        asm.add(RBP, WORD);
        asm.add(R10, shape.columns() * WORD);
        asm.dec(R12);
        asm.jnz(k);
    }

    private void multiplyAdd(Vec sum, Vec a, Vec b) {
        if (pairs) {
            asm.multiplyAddPairs(sum, a, b);
        } else {
            asm.multiplyAdd(sum, a, b);
        }
    }

    /** Adds the sums to C, or stores them; leaves in R13 where the next tile of C begins. */
    private void output() {
        asm.mov(R13, R11);
        asm.mov(R10, ADD);
        asm.test(R10, R10);
        Assembler.Label store = new Assembler.Label();
        asm.jz(store);
        for (int i = 0; i < shape.rows(); i++) {
            for (int v = 0; v < vectors; v++) {
                asm.add(sum(i, v), Mem.at(R13, v * bits / 8));
            }
            asm.add(R13, R14);
        }
        asm.mov(R13, R11);
        asm.bind(store);
        for (int i = 0; i < shape.rows(); i++) {
            for (int v = 0; v < vectors; v++) {
                asm.store(Mem.at(R13, v * bits / 8), sum(i, v));
            }
            asm.add(R13, R14);
        }
    }
}
