package io.github.x2i4j.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MemoryPoolTest {
    @Test
    void blocksAreLargeEnoughAlignedAndWasteLessThanAQuarter() {
        try (MemoryPool pool = new MemoryPool(0)) {
            for (long bytes : new long[] {0, 1, 255, 256, 257, 1000, 1024, 1025, 5000, 1_000_000, 1 << 20, (1 << 20) + 1}) {
                Block block = pool.acquire(bytes);
                assertThat(block.capacity()).isGreaterThanOrEqualTo(bytes);
                assertThat(block.segment().address() % 64).isZero();
                if (bytes >= 1024) {
                    assertThat(block.capacity()).isLessThanOrEqualTo(bytes * 5 / 4);
                }
                pool.release(block);
            }
        }
    }

    @Test
    void aReleasedBlockIsLentAgain() {
        try (MemoryPool pool = new MemoryPool(1 << 20)) {
            Block first = pool.acquire(5000);
            pool.release(first);
            assertThat(pool.acquire(4900)).isSameAs(first);
            assertThat(pool.acquire(4900)).isNotSameAs(first);
        }
    }

    @Test
    void usageCountsWhatIsLentAndKeptAndTheMostSoFar() {
        try (MemoryPool pool = new MemoryPool(1 << 20)) {
            Block a = pool.acquire(1024);
            Block b = pool.acquire(2048);
            assertThat(pool.usage()).isEqualTo(new MemoryPool.Usage(3072, 3072, 3072));
            pool.release(a);
            assertThat(pool.usage()).isEqualTo(new MemoryPool.Usage(3072, 2048, 3072));
            pool.release(b);
            assertThat(pool.usage()).isEqualTo(new MemoryPool.Usage(3072, 0, 3072));
            pool.acquire(1024);
            assertThat(pool.usage()).isEqualTo(new MemoryPool.Usage(3072, 1024, 3072));
        }
    }

    @Test
    void idleBlocksGoBackBeforeMoreIsTakenThanWasEverLent() {
        try (MemoryPool pool = new MemoryPool(0)) {
            Block a = pool.acquire(4 << 20);
            Block b = pool.acquire(4 << 20);
            pool.release(a);
            assertThat(pool.usage().allocated()).isEqualTo(8 << 20);
            Block c = pool.acquire(3 << 20);
            assertThat(pool.usage()).isEqualTo(new MemoryPool.Usage(7 << 20, 7 << 20, 8 << 20));
            pool.release(b);
            pool.release(c);
        }
    }

    @Test
    void noMoreIsKeptThanTheLimitOrHalfOfTheMostLent() {
        try (MemoryPool pool = new MemoryPool(4096)) {
            List<Block> blocks = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                blocks.add(pool.acquire(1024));
            }
            blocks.forEach(pool::release);
            assertThat(pool.usage().allocated()).isEqualTo(32 * 1024);
        }
        try (MemoryPool pool = new MemoryPool(1 << 20)) {
            pool.release(pool.acquire(1 << 20));
            pool.release(pool.acquire(1 << 19));
            assertThat(pool.usage().allocated()).isLessThanOrEqualTo(1 << 20);
        }
    }

    @Test
    void aBlockCannotBeReleasedTwice() {
        try (MemoryPool pool = new MemoryPool(1 << 20)) {
            Block block = pool.acquire(100);
            pool.release(block);
            assertThatIllegalStateException().isThrownBy(() -> pool.release(block)).withMessageContaining("twice");
        }
    }

    @Test
    void closingFreesEverythingLentOrNot() {
        MemoryPool pool = new MemoryPool(1 << 20);
        MemorySegment lent = pool.acquire(100).segment();
        Block kept = pool.acquire(100);
        pool.release(kept);
        pool.close();
        assertThat(pool.usage().allocated()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> lent.get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException().isThrownBy(() -> kept.segment().get(ValueLayout.JAVA_BYTE, 0));
        assertThatIllegalStateException().isThrownBy(() -> pool.acquire(1)).withMessageContaining("closed");
        pool.close();
    }

    @Test
    void severalThreadsNeverShareABlock() throws InterruptedException {
        try (MemoryPool pool = new MemoryPool(1 << 16)) {
            List<Throwable> failures = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int mark = t;
                threads.add(Thread.ofPlatform().uncaughtExceptionHandler((thread, e) -> failures.add(e)).start(() -> {
                    SplittableRandom random = new SplittableRandom(mark);
                    for (int i = 0; i < 2000; i++) {
                        Block block = pool.acquire(random.nextInt(3000));
                        block.segment().fill((byte) mark);
                        Thread.yield();
                        assertThat(block.segment().get(ValueLayout.JAVA_BYTE, block.capacity() - 1)).isEqualTo((byte) mark);
                        pool.release(block);
                    }
                }));
            }
            for (Thread t : threads) {
                t.join();
            }
            assertThat(failures).isEmpty();
            assertThat(pool.usage().inUse()).isZero();
        }
    }

    @Test
    void workingArraysAreRecycledWithinALimit() {
        FloatPool pool = new FloatPool(10_000);
        float[] a = pool.take(1000);
        assertThat(a.length).isBetween(1000, 1250);
        pool.give(a);
        assertThat(pool.take(990)).isSameAs(a);
        pool.give(a, new float[1024], new float[1280]);
        assertThat(pool.retained()).isLessThanOrEqualTo(10_000);
        pool.clear();
        assertThat(pool.retained()).isZero();
    }
}
