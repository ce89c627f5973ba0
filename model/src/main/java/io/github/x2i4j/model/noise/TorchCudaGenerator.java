package io.github.x2i4j.model.noise;

import io.github.x2i4j.engine.DType;

/**
 * Normal random numbers as {@code torch.randn} makes them on a GPU with {@code torch.Generator("cuda").manual_seed(seed)}: Philox and the
 * Box-Muller transform (at::native's distribution kernels and cuRAND). Computed on the CPU; the GPU approximates logarithm, sine and
 * cosine, so values agree to about 1e-6.
 *
 * <p>Which numbers come depends on how many threads the GPU runs at a time, where there are more numbers than threads.
 */
public final class TorchCudaGenerator implements NormalGenerator {
    /** Threads of a block. */
    private static final int BLOCK = 256;
    /** Numbers that a thread draws at a time. */
    private static final int UNROLL = 4;
    private static final float TO_UNIT = 2.3283064e-10f;
    private static final float TWO_PI = 6.2831855f;
    private static final long WORD = 0xFFFFFFFFL;

    private final int key0;
    private final int key1;
    private final long mostBlocks;
    private long offset;

    /**
     * @param multiprocessors of the GPU
     * @param threads that one of them runs at a time, at least 256
     */
    public TorchCudaGenerator(long seed, int multiprocessors, int threads) {
        key0 = (int) seed;
        key1 = (int) (seed >>> 32);
        mostBlocks = (long) multiprocessors * (threads / BLOCK);
    }

    @Override
    public float[] normal(long elements, DType dtype) {
        float[] out = NormalGenerator.array(elements, dtype);
        if (out.length == 0) {
            return out;
        }
        long threads = BLOCK * Math.min(mostBlocks, Math.ceilDiv(elements, BLOCK));
        int[] words = new int[UNROLL];
        for (long call = 0; call * UNROLL * threads < elements; call++) {
            long first = call * UNROLL * threads;
            for (long thread = 0; thread < threads && first + thread < elements; thread++) {
                words(words, call, thread);
                for (int i = 0; i < UNROLL && first + i * threads + thread < elements; i++) {
                    out[(int) (first + i * threads + thread)] = normal(words[i & ~1], words[i | 1], i % 2 == 0);
                }
            }
        }
        offset += UNROLL * ((elements - 1) / (UNROLL * threads) + 1);
        NormalGenerator.round(out, dtype);
        return out;
    }

    private void words(int[] words, long call, long thread) {
        long counter = offset / UNROLL + call;
        words[0] = (int) counter;
        words[1] = (int) (counter >>> 32);
        words[2] = (int) thread;
        words[3] = (int) (thread >>> 32);
        Philox.apply(words, key0, key1);
    }

    private static float normal(int radius, int angle, boolean sine) {
        float s = (float) Math.sqrt(-2 * (float) Math.log(unit(radius)));
        float v = TWO_PI * unit(angle);
        return s * (float) (sine ? Math.sin(v) : Math.cos(v));
    }

    /** A word as a number in (0, 1]. */
    private static float unit(int word) {
        return Math.fma((float) (word & WORD), TO_UNIT, TO_UNIT / 2);
    }
}
