package io.github.x2i4j.engine.gpu;

/** Blocks of a launch along three axes, and threads of a block along one. */
public record Grid(long x, long y, long z, int threads) {
    /** Largest number of blocks along the first axis, and along the others. */
    private static final long MOST_X = Integer.MAX_VALUE;
    private static final long MOST_YZ = 65535;

    public Grid {
        if (x < 1 || y < 1 || z < 1 || x > MOST_X || y > MOST_YZ || z > MOST_YZ || threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("no grid: " + x + " x " + y + " x " + z + " blocks of " + threads + " threads");
        }
    }

    /** Enough blocks for {@code n} elements, or as many as keep every device busy; kernels go on from there. */
    static Grid elements(long n) {
        return new Grid(Math.clamp(Math.ceilDiv(n, Kernels.THREADS), 1, Kernels.MOST_BLOCKS), 1, 1, Kernels.THREADS);
    }
}
