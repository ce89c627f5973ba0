package io.github.x2i4j.engine.machine;

/** The tile registers of AMX and their instructions. */
final class TileUnit {
    private final AddressSpace memory;
    private final int[][][] tiles = new int[8][][];
    private boolean configured;

    TileUnit(AddressSpace memory) {
        this.memory = memory;
    }

    boolean isConfigured() {
        return configured;
    }

    void configure(long address) {
        if (memory.getByte(address) != 1) {
            throw new AssertionError("palette " + memory.getByte(address));
        }
        for (int t = 0; t < 8; t++) {
            int bytes = memory.getByte(address + 16 + 2 * t) & 255 | memory.getByte(address + 17 + 2 * t) << 8;
            tiles[t] = new int[memory.getByte(address + 48 + t)][bytes / 4];
        }
        configured = true;
    }

    void release() {
        configured = false;
    }

    private int[][] tile(int t) {
        if (!configured) {
            throw new AssertionError("tile " + t + " is used without a configuration");
        }
        return tiles[t];
    }

    void zero(int t) {
        for (int[] row : tile(t)) {
            java.util.Arrays.fill(row, 0);
        }
    }

    void load(int t, long address, long stride) {
        int[][] tile = tile(t);
        for (int i = 0; i < tile.length; i++) {
            memory.load(address + i * stride, tile[i], tile[i].length);
        }
    }

    void store(int t, long address, long stride) {
        int[][] tile = tile(t);
        for (int i = 0; i < tile.length; i++) {
            memory.store(address + i * stride, tile[i], tile[i].length);
        }
    }

    /** Products of even and of odd k are summed apart, then added to the tile. */
    void multiplyAdd(int sum, int a, int b) {
        int[][] c = tile(sum);
        int[][] left = tile(a);
        int[][] right = tile(b);
        for (int i = 0; i < c.length; i++) {
            for (int j = 0; j < c[i].length; j++) {
                float even = 0;
                float odd = 0;
                for (int k = 0; k < left[i].length; k++) {
                    even = Math.fma(low(left[i][k]), low(right[k][j]), even);
                    odd = Math.fma(high(left[i][k]), high(right[k][j]), odd);
                }
                c[i][j] = Float.floatToRawIntBits(Float.intBitsToFloat(c[i][j]) + (even + odd));
            }
        }
    }

    /** The BF16 in the lower half of a pair. */
    static float low(int pair) {
        return Float.intBitsToFloat(pair << 16);
    }

    /** The BF16 in the upper half of a pair. */
    static float high(int pair) {
        return Float.intBitsToFloat(pair & 0xFFFF0000);
    }
}
