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
import static io.github.x2i4j.engine.machine.Gpr.RSP;
import static io.github.x2i4j.engine.machine.TileShape.DEPTH;
import static io.github.x2i4j.engine.machine.TileShape.WORD;

/**
 * Writes a {@link TileRoutine} whose tile is held in vector registers: for each k, a row of B is loaded, and each element of a
 * column of A is broadcast and multiplied with it.
 *
 * <p>Twelve sums hide the latency of the multiply-add and leave room for B and A in the sixteen registers of AVX2: 6 rows by 2
 * vectors. The thirty-two registers of AVX-512 take 12 rows by 2 vectors, which halves the traffic of B.
 */
final class FmaTiles {
    /** Bytes pushed on the stack before the arguments are read, and the return address. */
    private static final int FRAME = 6 * 8;
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14};

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
        asm.mov(R14, Mem.at(RSP, FRAME + 8));
        Assembler.Label panel = new Assembler.Label();
        asm.bind(panel);
        asm.mov(RAX, RDI);                                 // a of the tile
        asm.mov(R11, RDX);                                 // c of the tile
        asm.mov(RBX, RCX);                                 // tiles left
        Assembler.Label tile = new Assembler.Label();
        asm.bind(tile);
        prefetch();
        product();
        output();
        asm.add(RAX, shape.rows() * DEPTH * WORD);
        asm.mov(R11, R13);
        asm.dec(RBX);
        asm.jnz(tile);
        asm.add(RSI, Mem.at(RSP, FRAME));                  // b of the next panel
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
            for (int at = 0; at < shape.columns() * WORD; at += 64) {
                asm.prefetcht0(Mem.at(R13, at));
            }
            asm.add(R13, R14);
        }
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
        asm.mov(R10, Mem.at(RSP, FRAME + 16));
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
