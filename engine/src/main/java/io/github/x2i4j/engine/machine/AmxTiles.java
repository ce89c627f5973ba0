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

import io.github.x2i4j.engine.machine.Encoder.Label;

/**
 * Writes a {@link TileRoutine} for AMX: 32 x 32 sums of F32 in four tiles, with two tiles of A and two of B, each 16 rows of 16
 * pairs of BF16. The shapes of the tiles are loaded at the beginning and released at the end, so that nobody pays for tile
 * registers between calls.
 */
final class AmxTiles {
    /** Rows of a tile register, and words in each. */
    private static final int SIDE = 16;
    private static final int HALF = SIDE * WORD;
    private static final TileShape SHAPE = new TileShape(2 * SIDE, 2 * SIDE, SIDE);
    private static final int FRAME = 7 * 8;
    private static final Gpr[] SAVED = {RBX, RBP, R12, R13, R14, R15};
    /** Tile registers: sums 0 to 3 row by row, A above and below, B left and right. */
    private static final int A = 4;
    private static final int B = 6;

    private AmxTiles() {
    }

    /** Appends the routine. */
    static TileShape write(Assembler asm) {
        Label config = new Label();
        for (Gpr r : SAVED) {
            asm.push(r);
        }
        asm.ldtilecfg(config);
        asm.mov(R14, Mem.at(RSP, FRAME + 8));              // distance between rows of c
        asm.mov32(R15, DEPTH * WORD);                      // distance between rows of a
        Label panel = new Label();
        asm.bind(panel);
        asm.mov(RAX, RDI);                                 // a of the tile
        asm.mov(R11, RDX);                                 // c of the tile
        asm.mov(RBX, RCX);                                 // tiles left
        Label tile = new Label();
        asm.bind(tile);
        sums(asm, false);
        product(asm);
        sums(asm, true);
        asm.add(RAX, SHAPE.rows() * DEPTH * WORD);
        asm.mov(R11, R13);
        asm.dec(RBX);
        asm.jnz(tile);
        asm.add(RSI, Mem.at(RSP, FRAME));                  // b of the next panel
        asm.add(RDX, SHAPE.columns() * WORD);              // c of the next panel
        asm.dec(R8);
        asm.jnz(panel);
        asm.tilerelease();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        asm.ret();
        asm.data(config, configuration());
        return SHAPE;
    }

    /** Loads the sums from C, or zeros; or stores them. Storing leaves in R13 where the next tile of C begins. */
    private static void sums(Assembler asm, boolean store) {
        Label done = new Label();
        if (!store) {
            for (int t = 0; t < 4; t++) {
                asm.tilezero(t);
            }
            asm.mov(R10, Mem.at(RSP, FRAME + 16));
            asm.test(R10, R10);
            asm.jz(done);
        }
        asm.mov(R13, R11);
        for (int t = 0; t < 4; t++) {
            Mem c = new Mem(R13, R14, t % 2 * HALF);
            if (store) {
                asm.tilestore(c, t);
            } else {
                asm.tileload(t, c);
            }
            if (t % 2 == 1) {
                asm.mov(R10, R14);
                asm.shl(R10, 4);
                asm.add(R13, R10);
            }
        }
        asm.bind(done);
    }

    private static void product(Assembler asm) {
        asm.mov(RBP, RAX);                                 // a of these k
        asm.mov(R10, RSI);                                 // b of these k
        asm.mov(R12, R9);                                  // words of k left
        asm.mov32(R13, SHAPE.columns() * WORD);            // distance between rows of b
        Label k = new Label();
        asm.bind(k);
        asm.tileload(B, Mem.at(R10, R13));
        asm.tileload(A, Mem.at(RBP, R15));
        asm.tileMultiplyAdd(0, A, B);
        asm.tileload(B + 1, new Mem(R10, R13, HALF));
        asm.tileMultiplyAdd(1, A, B + 1);
        asm.tileload(A + 1, new Mem(RBP, R15, SIDE * DEPTH * WORD));
        asm.tileMultiplyAdd(2, A + 1, B);
        asm.tileMultiplyAdd(3, A + 1, B + 1);
        asm.add(RBP, SIDE * WORD);
        asm.add(R10, SIDE * SHAPE.columns() * WORD);
        asm.add(R12, -SIDE);
        asm.jnz(k);
    }

    /** Palette 1; all eight tiles have 16 rows of 64 bytes. */
    private static byte[] configuration() {
        byte[] config = new byte[64];
        config[0] = 1;
        for (int t = 0; t < 8; t++) {
            config[16 + 2 * t] = HALF;
            config[48 + t] = SIDE;
        }
        return config;
    }
}
