package io.github.x2i4j.engine.machine;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Code in the making: bytes, their text, labels, and the forms in which x86-64 writes an instruction down. Encodings are those of the
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: legacy with a REX prefix, VEX for AVX, EVEX for AVX-512.
 */
abstract class Encoder {
    /** Prefix that an opcode of AVX contains. */
    static final int NONE = 0;
    static final int P66 = 1;
    static final int PF3 = 2;
    static final int PF2 = 3;
    /** Table of opcodes. */
    static final int MAP_0F = 1;
    static final int MAP_0F38 = 2;
    static final int MAP_0F3A = 3;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();
    private final List<String> lines = new ArrayList<>();
    /** Where the instruction of each line begins. */
    private final List<Integer> starts = new ArrayList<>();
    private final List<Fixup> fixups = new ArrayList<>();

    /** A place in the code that jumps lead to. */
    static final class Label {
        private int at = -1;
    }

    /** A 32-bit distance that is known when the label is. */
    private record Fixup(int at, Label label, int line, String text) {
    }

    /** One instruction: where it begins, its text, or {@code .data} where instructions end. */
    record Line(int at, String text) {
    }

    /** The code; all labels must be bound. */
    final byte[] bytes() {
        byte[] bytes = code.toByteArray();
        for (Fixup f : fixups) {
            int distance = f.label.at - (f.at + 4);
            for (int i = 0; i < 4; i++) {
                bytes[f.at + i] = (byte) (distance >> 8 * i);
            }
        }
        return bytes;
    }

    /** The instructions as text. */
    final List<Line> listing() {
        List<String> texts = new ArrayList<>(lines);
        for (Fixup f : fixups) {
            // The GNU assembler counts jumps from the instruction's beginning, and addresses in instructions from its end.
            int distance = f.label.at - (f.text.contains("rip") ? f.at + 4 : starts.get(f.line));
            texts.set(f.line, f.text.formatted(distance));
        }
        final List<Line> listing = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            listing.add(new Line(starts.get(i), texts.get(i)));
        }
        return Collections.unmodifiableList(listing);
    }

    final void line(String text) {
        starts.add(code.size());
        lines.add(text);
    }

    final void bytes(int... values) {
        for (int v : values) {
            code.write(v);
        }
    }

    final void int32(int value) {
        bytes(value, value >> 8, value >> 16, value >> 24);
    }

    final void bind(Label label) {
        label.at = code.size();
    }

    /** Puts data behind the code, at a multiple of 64 bytes. */
    final void data(Label label, byte[] data) {
        line(".data");
        while (code.size() % 64 != 0) {
            code.write(0);
        }
        bind(label);
        code.writeBytes(data);
    }

    // ---- forms of instructions ----

    /** Backward jumps are short where they can be, forward jumps are long. */
    final void jump(String name, int condition, Label label) {
        int distance = label.at - (code.size() + 2);
        if (label.at >= 0 && distance >= -128) {
            line("%s .%+d".formatted(name, distance + 2));
            bytes(0x70 | condition, distance);
            return;
        }
        String text = (label.at >= 0 ? "" : "{disp32} ") + name + " .%+d";
        line(text);
        bytes(0x0F, 0x80 | condition);
        distance(label, text);
    }

    /** The last operand of the line written last: how far away a label is, which may not be known yet. */
    final void distance(Label label, String text) {
        fixups.add(new Fixup(code.size(), label, lines.size() - 1, text));
        int32(0);
    }

    final void shortForm(int opcode, Gpr r) {
        if (r.ordinal() >= 8) {
            bytes(0x41);
        }
        bytes(opcode | r.ordinal() & 7);
    }

    final void general(boolean wide, int opcode, int reg, Gpr rm) {
        rex(wide, reg, 0, rm.ordinal());
        bytes(opcode, 0xC0 | (reg & 7) << 3 | rm.ordinal() & 7);
    }

    final void general(boolean wide, int opcode, int reg, Mem m) {
        rex(wide, reg, number(m.index()), m.base().ordinal());
        if (opcode > 0xFF) {
            bytes(opcode >> 8);
        }
        bytes(opcode);
        address(reg, m, 1);
    }

    final void rex(boolean wide, int reg, int index, int base) {
        int rex = (wide ? 8 : 0) | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if (rex != 0) {
            bytes(0x40 | rex);
        }
    }

    static int number(Gpr index) {
        return index == null ? 0 : index.ordinal();
    }

    /** ModRM, SIB and displacement. EVEX counts short displacements in units of {@code scale} bytes. */
    final void address(int reg, Mem m, int scale) {
        int base = m.base().ordinal() & 7;
        int d = m.displacement();
        int mod = d == 0 && base != 5 ? 0 : d % scale == 0 && d / scale == (byte) (d / scale) ? 1 : 2;
        boolean sib = m.index() != null || base == 4;
        bytes(mod << 6 | (reg & 7) << 3 | (sib ? 4 : base));
        if (sib) {
            bytes((m.index() == null ? 4 : m.index().ordinal() & 7) << 3 | base);
        }
        if (mod == 1) {
            bytes(d / scale);
        } else if (mod == 2) {
            int32(d);
        }
    }

    final void vector(String name, int prefix, int map, int opcode, Vec to, Vec a, Vec b) {
        vector(name, prefix, map, opcode, to, a, b, "");
    }

    final void vector(String name, int prefix, int map, int opcode, Vec to, Vec a, Vec b, String rest) {
        encode(name + " " + to + ", " + a + ", " + b + rest, prefix, map, opcode, to.number(), a.number(), b, to.bits(), 1);
    }

    final void arithmetic(String name, int prefix, int map, int opcode, Vec to, Vec a, Record b) {
        String text = name + " " + to + ", " + a + ", " + (b instanceof Mem ? pointer(to) : "") + b;
        encode(text, prefix, map, opcode, to.number(), a.number(), b, to.bits(), to.bytes());
    }

    final void vector(String name, int prefix, int map, int opcode, Vec reg, Mem m, int scale, String operands) {
        encode(name + " " + operands, prefix, map, opcode, reg.number(), 0, m, reg.bits(), scale);
    }

    /** @param rm a {@link Vec} or a {@link Mem} */
    final void encode(String text, int prefix, int map, int opcode, int reg, int second, Record rm, int bits, int scale) {
        encode(text, prefix, map, opcode, reg, second, rm, bits, scale, 0);
    }

    /** @param mask for EVEX: number of the mask that is used, and 128 if what is masked out becomes zero */
    final void encode(String text, int prefix, int map, int opcode, int reg, int second, Record rm, int bits, int scale, int mask) {
        line(text);
        int base = rm instanceof Mem m ? m.base().ordinal() : ((Vec) rm).number();
        int index = rm instanceof Mem m ? number(m.index()) : base >> 1 & 8;
        boolean evex = bits == 512 || reg > 15 || second > 15 || rm instanceof Vec v && v.number() > 15;
        if (evex) {
            evex(prefix, map, reg, second, index, base, bits, mask);
        } else {
            vex(prefix, map, 0, reg, second, index, base, bits);
        }
        bytes(opcode);
        if (rm instanceof Mem m) {
            address(reg, m, evex ? scale : 1);
        } else {
            bytes(0xC0 | (reg & 7) << 3 | base & 7);
        }
    }

    /** The prefix of two or three bytes; most of its bits are stored inverted. */
    final void vex(int prefix, int map, int w, int reg, int second, int index, int base, int bits) {
        int r = (~reg >> 3 & 1) << 7;
        int last = (~second & 15) << 3 | (bits == 256 ? 4 : 0) | prefix;
        if (map == MAP_0F && w == 0 && index < 8 && base < 8) {
            bytes(0xC5, r | last);
        } else {
            bytes(0xC4, r | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | map, w << 7 | last);
        }
    }

    private void evex(int prefix, int map, int reg, int second, int index, int base, int bits, int mask) {
        bytes(0x62, (~reg >> 3 & 1) << 7 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | (~reg >> 4 & 1) << 4 | map,
                (~second & 15) << 3 | 4 | prefix, (bits == 512 ? 2 : bits == 256 ? 1 : 0) << 5 | (~second >> 4 & 1) << 3 | mask);
    }

    static String pointer(Vec v) {
        return (v.bits() == 512 ? "zmmword" : v.bits() == 256 ? "ymmword" : "xmmword") + " ptr ";
    }
}
