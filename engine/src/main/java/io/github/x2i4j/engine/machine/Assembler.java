package io.github.x2i4j.engine.machine;

/**
 * Turns the instructions that the kernels use, and no others, into x86-64 machine code.
 *
 * <p>Each instruction also leaves a line of text in the syntax of the GNU assembler ({@code .intel_syntax noprefix}), from which
 * that assembler makes the same bytes.
 */
final class Assembler extends Encoder {
    // ---- labels and jumps ----

    void jnz(Label label) {
        jump("jnz", 5, label);
    }

    void jz(Label label) {
        jump("jz", 4, label);
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
        distance(data, text);
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
        encode("vmovaps " + to + "{k1}{z}, " + from, NONE, MAP_0F, 0x28, to.number(), 0, from, 512, 1, 0x81);
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

    // ---- AMX tiles ----

    /** Sets the shapes of the tiles from 64 bytes of data. */
    void ldtilecfg(Label config) {
        String text = "ldtilecfg [rip%+d]";
        line(text);
        bytes(0xC4, 0xE2, 0x78, 0x49, 0x05);
        distance(config, text);
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
