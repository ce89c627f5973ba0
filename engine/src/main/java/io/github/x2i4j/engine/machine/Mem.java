package io.github.x2i4j.engine.machine;

/**
 * A place in memory: {@code [base + index + displacement]}.
 *
 * @param index null without
 */
record Mem(Gpr base, Gpr index, int displacement) {
    static Mem at(Gpr base, int displacement) {
        return new Mem(base, null, displacement);
    }

    static Mem at(Gpr base) {
        return new Mem(base, null, 0);
    }

    static Mem at(Gpr base, Gpr index) {
        return new Mem(base, index, 0);
    }

    @Override
    public String toString() {
        String place = index == null ? base.toString() : base + "+" + index + "*1";
        return "[" + place + (displacement == 0 ? "" : String.format("%+d", displacement)) + "]";
    }
}
