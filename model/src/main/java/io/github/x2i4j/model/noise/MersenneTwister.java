package io.github.x2i4j.model.noise;

/** MT19937 (Matsumoto and Nishimura 1998) with 32-bit output. */
final class MersenneTwister {
    private static final int SIZE = 624;
    private static final int SHIFT = 397;

    private final int[] state = new int[SIZE];
    private int position = SIZE;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int j = 1; j < SIZE; j++) {
            state[j] = 1812433253 * (state[j - 1] ^ state[j - 1] >>> 30) + j;
        }
    }

    int next() {
        if (position == SIZE) {
            twist();
            position = 0;
        }
        int y = state[position++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9D2C5680;
        y ^= y << 15 & 0xEFC60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int j = 0; j < SIZE; j++) {
            int y = state[j] & 0x80000000 | state[(j + 1) % SIZE] & 0x7FFFFFFF;
            state[j] = state[(j + SHIFT) % SIZE] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }
    }
}
