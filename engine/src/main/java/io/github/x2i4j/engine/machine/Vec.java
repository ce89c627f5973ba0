package io.github.x2i4j.engine.machine;

/**
 * A vector register.
 *
 * @param bits 128, 256 or 512
 */
record Vec(int number, int bits) {
    int bytes() {
        return bits / 8;
    }

    @Override
    public String toString() {
        return (bits == 512 ? "zmm" : bits == 256 ? "ymm" : "xmm") + number;
    }
}
