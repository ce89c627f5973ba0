package io.github.x2i4j.engine.machine;

import java.util.Locale;

/** The general registers of x86-64, in the order of their numbers. */
enum Gpr {
    RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15;

    /** Name of the lower half. */
    String name32() {
        return ordinal() < 8 ? "e" + toString().substring(1) : this + "d";
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
