package io.github.x2i4j.engine.machine;

import static io.github.x2i4j.engine.machine.Gpr.R10;
import static io.github.x2i4j.engine.machine.Gpr.R11;
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
import static io.github.x2i4j.engine.machine.TileShape.WORD;

import io.github.x2i4j.engine.machine.Encoder.Label;

/** Writes a {@link PatchRoutine}: each row of the panel is a run of the picture. */
final class PatchCopies {
    private static final Gpr[] SAVED = {RBX, RBP};

    private PatchCopies() {
    }

    /**
     * Appends the routine.
     *
     * @param bits width of the vectors: 256 or 512
     * @param columns words of a row of the panel
     */
    static void write(Assembler asm, int bits, int columns) {
        for (Gpr r : SAVED) {
            asm.push(r);
        }
        asm.mov(R10, Mem.at(RSP, (SAVED.length + 1) * 8)); // distance between lines
        Label plane = new Label();
        asm.bind(plane);
        asm.mov(RAX, RDI);                                 // first word of the line
        asm.mov(R11, RCX);                                 // lines left
        Label line = new Label();
        asm.bind(line);
        asm.mov(RBX, RAX);                                 // word of the line
        asm.mov(RBP, R8);                                  // words left
        Label word = new Label();
        asm.bind(word);
        int vectors = columns * WORD * 8 / bits;
        for (int v = 0; v < vectors; v++) {
            asm.load(new Vec(v, bits), Mem.at(RBX, v * bits / 8));
        }
        for (int v = 0; v < vectors; v++) {
            asm.store(Mem.at(RSI, v * bits / 8), new Vec(v, bits));
        }
        asm.add(RBX, WORD);
        asm.add(RSI, columns * WORD);
        asm.dec(RBP);
        asm.jnz(word);
        asm.add(RAX, R10);
        asm.dec(R11);
        asm.jnz(line);
        asm.add(RDI, R9);
        asm.dec(RDX);
        asm.jnz(plane);
        asm.vzeroupper();
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        asm.ret();
    }
}
