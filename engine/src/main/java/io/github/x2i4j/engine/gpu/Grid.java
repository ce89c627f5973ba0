package io.github.x2i4j.engine.gpu;

/**
 * Blocks of a launch along three axes, and threads of a block along one.
 *
 * @param shared bytes of shared memory that a block gets beside what its kernel declares
 */
public record Grid(long x, long y, long z, int threads, int shared) {
    /** Most shared memory that a kernel may ask for without having been allowed to. */
    public static final int ORDINARY_SHARED = 48 << 10;
    /** Largest number of blocks along the first axis, and along the others. */
    private static final long MOST_X = Integer.MAX_VALUE;
    private static final long MOST_YZ = 65535;
    private static final long WARP = 32;

    public Grid {
        if (x < 1 || y < 1 || z < 1 || x > MOST_X || y > MOST_YZ || z > MOST_YZ || threads < 1 || threads > 1024 || shared < 0) {
            throw new IllegalArgumentException("no grid: " + x + " x " + y + " x " + z + " blocks of " + threads + " threads");
        }
    }

    Grid(long x, long y, long z, int threads) {
        this(x, y, z, threads, 0);
    }

    /** Enough blocks for {@code n} elements, or as many as keep every device busy; kernels go on from there. */
    static Grid elements(long n) {
        return new Grid(Math.clamp(Math.ceilDiv(n, Kernels.THREADS), 1, Kernels.MOST_BLOCKS), 1, 1, Kernels.THREADS);
    }

    /** Blocks for rows, at most as many as there may be along y, of so many threads; kernels go on from there. */
    static Grid rows(long threads, long rows) {
        int block = (int) Math.clamp(Math.ceilDiv(threads, WARP) * WARP, WARP, Kernels.THREADS);
        return new Grid(Math.ceilDiv(threads, block), Math.min(rows, MOST_YZ), 1, block);
    }

    /** Full blocks, at most as many along y as there may be; kernels go on from there. */
    static Grid runs(long x, long y) {
        return new Grid(x, Math.min(y, MOST_YZ), 1, Kernels.THREADS);
    }
}
