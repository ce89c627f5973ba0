package io.github.x2i4j.engine.machine;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Turns the instructions that the kernels use, and no others, into x86-64 machine code. Encodings are those of the Intel 64 and
 * IA-32 Architectures Software Developer's Manual, volume 2: legacy with a REX prefix, VEX for AVX, EVEX for AVX-512.
 *
 * <p>Each instruction also leaves a line of text in the syntax of the GNU assembler ({@code .intel_syntax noprefix}), from which
 * that assembler makes the same bytes.
 */
final class Assembler {
    /** Prefix that an opcode of AVX contains. */
    private static final int NONE = 0;
    private static final int P66 = 1;
    private static final int PF3 = 2;
    private static final int PF2 = 3;
    /** Table of opcodes. */
    private static final int MAP_0F = 1;
    private static final int MAP_0F38 = 2;
    private static final int MAP_0F3A = 3;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();
    private final List<String> lines = new ArrayList<>();
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

    private final List<Integer> starts = new ArrayList<>();
    /** Number of the mask that the next instruction of EVEX uses, and 128 if what is masked out becomes zero. */
    private int mask;

    /** The code; all labels must be bound. */
    byte[] bytes() {
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
    List<Line> listing() {
        List<String> texts = new ArrayList<>(lines);
        for (Fixup f : fixups) {
            // The GNU assembler counts jumps from the instruction's beginning, and addresses in instructions from its end.
            int distance = f.label.at - (f.text.contains("rip") ? f.at + 4 : starts.get(f.line));
            texts.set(f.line, f.text.formatted(distance));
        }
        List<Line> listing = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            listing.add(new Line(starts.get(i), texts.get(i)));
        }
        return Collections.unmodifiableList(listing);
    }

    private void line(String text) {
        starts.add(code.size());
        lines.add(text);
    }

    private void bytes(int... values) {
        for (int v : values) {
            code.write(v);
        }
    }

    private void int32(int value) {
        bytes(value, value >> 8, value >> 16, value >> 24);
    }

    // ---- labels and jumps ----

    void bind(Label label) {
        label.at = code.size();
    }

    void jnz(Label label) {
        jump("jnz", 5, label);
    }

    void jz(Label label) {
        jump("jz", 4, label);
    }

    /** Backward jumps are short where they can be, forward jumps are long. */
    private void jump(String name, int condition, Label label) {
        int distance = label.at - (code.size() + 2);
        if (label.at >= 0 && distance >= -128) {
            line("%s .%+d".formatted(name, distance + 2));
            bytes(0x70 | condition, distance);
            return;
        }
        String text = (label.at >= 0 ? "" : "{disp32} ") + name + " .%+d";
        line(text);
        bytes(0x0F, 0x80 | condition);
        fixups.add(new Fixup(code.size(), label, lines.size() - 1, text));
        int32(0);
    }

    /** Puts data behind the code, at a multiple of 64 bytes. */
    void data(Label label, byte[] data) {
        line(".data");
        while (code.size() % 64 != 0) {
            code.write(0);
        }
        bind(label);
        code.writeBytes(data);
    }

    // ---- general registers ----

    void push(Gpr r) {
        line("push " + r);
        shortForm(0x50, r);
    }

    void pop(Gpr r) {
        line("pop " + r);
        shortForm(0x58, r);
    }

    private void shortForm(int opcode, Gpr r) {
        if (r.ordinal() >= 8) {
            bytes(0x41);
        }
        bytes(opcode | r.ordinal() & 7);
    }

    void ret() {
        line("ret");
        bytes(0xC3);
    }

    void cpuid() {
        line("cpuid");
        bytes(0x0F, 0xA2);
    }

    void xgetbv() {
        line("xgetbv");
        bytes(0x0F, 0x01, 0xD0);
    }

    void mov(Gpr to, Gpr from) {
        line("mov " + to + ", " + from);
        general(true, 0x89, from.ordinal(), to);
    }

    void mov(Gpr to, Mem from) {
        line("mov " + to + ", qword ptr " + from);
        general(true, 0x8B, to.ordinal(), from);
    }

    /** Stores the lower half of a register. */
    void mov32(Mem to, Gpr from) {
        line("mov dword ptr " + to + ", " + from.name32());
        general(false, 0x89, from.ordinal(), to);
    }

    /** Sets the register to a number of 32 bits. */
    void mov32(Gpr to, int value) {
        line("mov " + to.name32() + ", " + value);
        shortForm(0xB8, to);
        int32(value);
    }

    void add(Gpr to, Gpr from) {
        line("add " + to + ", " + from);
        general(true, 0x01, from.ordinal(), to);
    }

    void add(Gpr to, Mem from) {
        line("add " + to + ", qword ptr " + from);
        general(true, 0x03, to.ordinal(), from);
    }

    void add(Gpr to, int value) {
        line("add " + to + ", " + value);
        if (value == (byte) value) {
            general(true, 0x83, 0, to);
            bytes(value);
        } else if (to == Gpr.RAX) {
            bytes(0x48, 0x05);
            int32(value);
        } else {
            general(true, 0x81, 0, to);
            int32(value);
        }
    }

    /** The address of data. */
    void lea(Gpr to, Label data) {
        String text = "lea " + to + ", [rip%+d]";
        line(text);
        rex(true, to.ordinal(), 0, 0);
        bytes(0x8D, (to.ordinal() & 7) << 3 | 5);
        fixups.add(new Fixup(code.size(), data, lines.size() - 1, text));
        int32(0);
    }

    void or(Gpr to, Gpr from) {
        line("or " + to + ", " + from);
        general(true, 0x09, from.ordinal(), to);
    }

    void shl(Gpr r, int count) {
        line("shl " + r + ", " + count);
        general(true, 0xC1, 4, r);
        bytes(count);
    }

    void dec(Gpr r) {
        line("dec " + r);
        general(true, 0xFF, 1, r);
    }

    void test(Gpr a, Gpr b) {
        line("test " + a + ", " + b);
        general(true, 0x85, b.ordinal(), a);
    }

    /** Stores a register. */
    void mov(Mem to, Gpr from) {
        line("mov qword ptr " + to + ", " + from);
        general(true, 0x89, from.ordinal(), to);
    }

    /** Has the second-level cache fetch a line, if its page is at hand; memory that does not exist is no error. */
    void prefetcht1(Mem m) {
        line("prefetcht1 byte ptr " + m);
        general(false, 0x0F18, 2, m);
    }

    void prefetcht0(Mem m) {
        line("prefetcht0 byte ptr " + m);
        general(false, 0x0F18, 1, m);
    }

    private void general(boolean wide, int opcode, int reg, Gpr rm) {
        rex(wide, reg, 0, rm.ordinal());
        bytes(opcode, 0xC0 | (reg & 7) << 3 | rm.ordinal() & 7);
    }

    private void general(boolean wide, int opcode, int reg, Mem m) {
        rex(wide, reg, number(m.index()), m.base().ordinal());
        if (opcode > 0xFF) {
            bytes(opcode >> 8);
        }
        bytes(opcode);
        address(reg, m, 1);
    }

    private void rex(boolean wide, int reg, int index, int base) {
        int rex = (wide ? 8 : 0) | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if (rex != 0) {
            bytes(0x40 | rex);
        }
    }

    private static int number(Gpr index) {
        return index == null ? 0 : index.ordinal();
    }

    /** ModRM, SIB and displacement. EVEX counts short displacements in units of {@code scale} bytes. */
    private void address(int reg, Mem m, int scale) {
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

    // ---- vectors ----

    /** {@code to = 0}, all bits of it. */
    void zero(Vec to) {
        if (to.number() < 16) {
            Vec x = new Vec(to.number(), 128);
            vector("vxorps", NONE, MAP_0F, 0x57, x, x, x);
        } else {
            vector("vpxord", P66, MAP_0F, 0xEF, to, to, to);
        }
    }

    void load(Vec to, Mem from) {
        vector("vmovups", NONE, MAP_0F, 0x10, to, from, to.bytes(), to + ", " + pointer(to) + from);
    }

    void store(Mem to, Vec from) {
        vector("vmovups", NONE, MAP_0F, 0x11, from, to, from.bytes(), pointer(from) + to + ", " + from);
    }

    /** {@code to = from} */
    void copy(Vec to, Vec from) {
        encode("vmovaps " + to + ", " + from, NONE, MAP_0F, 0x28, to.number(), 0, from, to.bits(), 1);
    }

    /** {@code to += m}, element by element. */
    void add(Vec to, Mem m) {
        add(to, to, m);
    }

    /** {@code to = a + b}; b is a {@link Vec} or a {@link Mem}, here and below. */
    void add(Vec to, Vec a, Record b) {
        arithmetic("vaddps", NONE, MAP_0F, 0x58, to, a, b);
    }

    /** {@code to = a - b} */
    void subtract(Vec to, Vec a, Record b) {
        arithmetic("vsubps", NONE, MAP_0F, 0x5C, to, a, b);
    }

    /** {@code to = a b} */
    void multiply(Vec to, Vec a, Record b) {
        arithmetic("vmulps", NONE, MAP_0F, 0x59, to, a, b);
    }

    /** {@code to} = the larger of a and b, and b where one of them is no number. */
    void max(Vec to, Vec a, Record b) {
        arithmetic("vmaxps", NONE, MAP_0F, 0x5F, to, a, b);
    }

    /** {@code to = to a + b}, rounded once. */
    void multiplyThenAdd(Vec to, Vec a, Record b) {
        arithmetic("vfmadd213ps", P66, MAP_0F38, 0xA8, to, a, b);
    }

    /** {@code sum += a b}, rounded once. */
    void multiplyAdd(Vec sum, Vec a, Record b) {
        arithmetic("vfmadd231ps", P66, MAP_0F38, 0xB8, sum, a, b);
    }

    /** Sums of the elements as whole numbers. */
    void addInts(Vec to, Vec a, Vec b) {
        vector("vpaddd", P66, MAP_0F, 0xFE, to, a, b);
    }

    /** Elements as whole numbers times {@code 2^count}. */
    void shiftLeft(Vec to, Vec from, int count) {
        encode("vpslld " + to + ", " + from + ", " + count, P66, MAP_0F, 0x72, 6, to.number(), from, to.bits(), 1);
        bytes(count);
    }

    /** Compares the first elements: the zero flag says whether they are equal, or one is no number. */
    void compareFirst(Vec a, Vec b) {
        String text = "vcomiss " + new Vec(a.number(), 128) + ", " + new Vec(b.number(), 128);
        encode(text, NONE, MAP_0F, 0x2F, a.number(), 0, b, 128, 1);
    }

    /** {@code to} = all ones where {@code a < b}, zeros elsewhere; up to 256 bits. */
    void less(Vec to, Vec a, Record b) {
        arithmetic("vcmpltps", NONE, MAP_0F, 0xC2, to, a, b);
        bytes(1);
    }

    /** {@code to = ~a & b} */
    void andNot(Vec to, Vec a, Vec b) {
        vector("vandnps", NONE, MAP_0F, 0x55, to, a, b);
    }

    /** {@code to = from} where not {@code a < b}, zeros elsewhere; 512 bits. Uses mask 1. */
    void copyUnlessLess(Vec to, Vec from, Vec a, Vec b) {
        encode("vcmpnltps k1, " + a + ", " + b, NONE, MAP_0F, 0xC2, 1, a.number(), b, 512, 1);
        bytes(5);
        mask = 0x81;
        encode("vmovaps " + to + "{k1}{z}, " + from, NONE, MAP_0F, 0x28, to.number(), 0, from, 512, 1);
        mask = 0;
    }

    /** {@code to} = elements of each 128 bits of {@code from}, two bits of {@code order} for each. */
    void permute(Vec to, Vec from, int order) {
        encode("vpermilps " + to + ", " + from + ", " + order, P66, MAP_0F3A, 0x04, to.number(), 0, from, to.bits(), 1);
        bytes(order);
    }

    /** {@code to} = the halves of {@code from}, exchanged; 256 bits. */
    void exchangeHalves(Vec to, Vec from) {
        vector("vperm2f128", P66, MAP_0F3A, 0x06, to, from, from, ", 1");
        bytes(1);
    }

    /** {@code to} = quarters of {@code from}, two bits of {@code order} for each; 512 bits. */
    void permuteQuarters(Vec to, Vec from, int order) {
        vector("vshuff32x4", P66, MAP_0F3A, 0x23, to, from, from, ", " + order);
        bytes(order);
    }

    /** Elements rounded to BF16, in a vector of half as many bits. */
    void narrow(Vec to, Vec from) {
        encode("vcvtneps2bf16 " + to + ", " + from, PF3, MAP_0F38, 0x72, to.number(), 0, from, from.bits(), 1);
    }

    /** All elements of {@code to} become the four bytes at {@code from}. */
    void broadcast(Vec to, Mem from) {
        vector("vbroadcastss", P66, MAP_0F38, 0x18, to, from, 4, to + ", dword ptr " + from);
    }

    /** {@code sum += a0 b0 + a1 b1} for the pairs of BF16 in each element. */
    void multiplyAddPairs(Vec sum, Vec a, Vec b) {
        vector("vdpbf16ps", PF3, MAP_0F38, 0x52, sum, a, b);
    }

    void vzeroupper() {
        line("vzeroupper");
        bytes(0xC5, 0xF8, 0x77);
    }

    private static String pointer(Vec v) {
        return (v.bits() == 512 ? "zmmword" : v.bits() == 256 ? "ymmword" : "xmmword") + " ptr ";
    }

    private void vector(String name, int prefix, int map, int opcode, Vec to, Vec a, Vec b) {
        vector(name, prefix, map, opcode, to, a, b, "");
    }

    private void vector(String name, int prefix, int map, int opcode, Vec to, Vec a, Vec b, String rest) {
        encode(name + " " + to + ", " + a + ", " + b + rest, prefix, map, opcode, to.number(), a.number(), b, to.bits(), 1);
    }

    private void arithmetic(String name, int prefix, int map, int opcode, Vec to, Vec a, Record b) {
        String text = name + " " + to + ", " + a + ", " + (b instanceof Mem ? pointer(to) : "") + b;
        encode(text, prefix, map, opcode, to.number(), a.number(), b, to.bits(), to.bytes());
    }

    private void vector(String name, int prefix, int map, int opcode, Vec reg, Mem m, int scale, String operands) {
        encode(name + " " + operands, prefix, map, opcode, reg.number(), 0, m, reg.bits(), scale);
    }

    /** @param rm a {@link Vec} or a {@link Mem} */
    private void encode(String text, int prefix, int map, int opcode, int reg, int second, Record rm, int bits, int scale) {
        line(text);
        int base = rm instanceof Mem m ? m.base().ordinal() : ((Vec) rm).number();
        int index = rm instanceof Mem m ? number(m.index()) : base >> 1 & 8;
        boolean evex = bits == 512 || reg > 15 || second > 15 || rm instanceof Vec v && v.number() > 15;
        if (evex) {
            evex(prefix, map, reg, second, index, base, bits);
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
    private void vex(int prefix, int map, int w, int reg, int second, int index, int base, int bits) {
        int r = (~reg >> 3 & 1) << 7;
        int last = (~second & 15) << 3 | (bits == 256 ? 4 : 0) | prefix;
        if (map == MAP_0F && w == 0 && index < 8 && base < 8) {
            bytes(0xC5, r | last);
        } else {
            bytes(0xC4, r | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | map, w << 7 | last);
        }
    }

    private void evex(int prefix, int map, int reg, int second, int index, int base, int bits) {
        bytes(0x62, (~reg >> 3 & 1) << 7 | (~index >> 3 & 1) << 6 | (~base >> 3 & 1) << 5 | (~reg >> 4 & 1) << 4 | map,
                (~second & 15) << 3 | 4 | prefix, (bits == 512 ? 2 : bits == 256 ? 1 : 0) << 5 | (~second >> 4 & 1) << 3 | mask);
    }

    // ---- AMX tiles ----

    /** Sets the shapes of the tiles from 64 bytes of data. */
    void ldtilecfg(Label config) {
        String text = "ldtilecfg [rip%+d]";
        line(text);
        bytes(0xC4, 0xE2, 0x78, 0x49, 0x05);
        fixups.add(new Fixup(code.size(), config, lines.size() - 1, text));
        int32(0);
    }

    void tilerelease() {
        line("tilerelease");
        bytes(0xC4, 0xE2, 0x78, 0x49, 0xC0);
    }

    void tilezero(int tile) {
        line("tilezero tmm" + tile);
        bytes(0xC4, 0xE2, 0x7B, 0x49, 0xC0 | tile << 3);
    }

    /** @param from index: distance between the tile's rows */
    void tileload(int to, Mem from) {
        line("tileloadd tmm" + to + ", " + from);
        vex(PF2, MAP_0F38, 0, to, 0, number(from.index()), from.base().ordinal(), 128);
        bytes(0x4B);
        address(to, from, 1);
    }

    /** @param to index: distance between the tile's rows */
    void tilestore(Mem to, int from) {
        line("tilestored " + to + ", tmm" + from);
        vex(PF3, MAP_0F38, 0, from, 0, number(to.index()), to.base().ordinal(), 128);
        bytes(0x4B);
        address(from, to, 1);
    }

    /** {@code sum += a b} where rows of a and columns of b hold pairs of BF16. */
    void tileMultiplyAdd(int sum, int a, int b) {
        line("tdpbf16ps tmm" + sum + ", tmm" + a + ", tmm" + b);
        vex(PF3, MAP_0F38, 0, sum, b, 0, a, 128);
        bytes(0x5C, 0xC0 | sum << 3 | a);
    }
}
