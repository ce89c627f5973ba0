package io.github.x2i4j.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WorkersTest {
    @Test
    void everyTaskRunsExactlyOnce() {
        for (int threads : new int[] {1, 2, 5}) {
            try (Workers workers = new Workers(threads)) {
                for (int tasks : new int[] {0, 1, 2, 1000}) {
                    AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
                    workers.parallelFor(tasks, runs::incrementAndGet);
                    for (int i = 0; i < tasks; i++) {
                        assertThat(runs.get(i)).isEqualTo(1);
                    }
                }
            }
        }
    }

    @Test
    void workersTakePart() {
        try (Workers workers = new Workers(3)) {
            CountDownLatch all = new CountDownLatch(3);
            // Ends only if three tasks run at the same time.
            workers.parallelFor(3, i -> {
                all.countDown();
                await(all);
            });
        }
    }

    @Test
    void loopsMayNest() {
        try (Workers workers = new Workers(3)) {
            AtomicInteger runs = new AtomicInteger();
            workers.parallelFor(10, i -> workers.parallelFor(10, j -> runs.incrementAndGet()));
            assertThat(runs).hasValue(100);
        }
    }

    @Test
    void severalCallersShareTheWorkers() throws InterruptedException {
        try (Workers workers = new Workers(2)) {
            AtomicInteger runs = new AtomicInteger();
            List<Thread> callers = new ArrayList<>();
            for (int c = 0; c < 4; c++) {
                callers.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 200; i++) {
                        workers.parallelFor(7, t -> runs.incrementAndGet());
                    }
                }));
            }
            for (Thread t : callers) {
                t.join();
            }
            assertThat(runs).hasValue(4 * 200 * 7);
        }
    }

    @Test
    void theFirstExceptionReachesTheCallerAndTheWorkersGoOn() {
        try (Workers workers = new Workers(3)) {
            for (int round = 0; round < 50; round++) {
                AtomicInteger runs = new AtomicInteger();
                assertThatThrownBy(() -> workers.parallelFor(1000, i -> {
                    runs.incrementAndGet();
                    if (i >= 5) {
                        throw new IllegalArgumentException("task " + i);
                    }
                })).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("task ");
                assertThat(runs.get()).isLessThan(1000);
            }
            assertThatThrownBy(() -> workers.parallelFor(2, i -> {
                throw new StackOverflowError();
            })).isInstanceOf(StackOverflowError.class);
            AtomicInteger runs = new AtomicInteger();
            workers.parallelFor(10, i -> runs.incrementAndGet());
            assertThat(runs).hasValue(10);
        }
    }

    @Test
    void anInterruptedCallerFinishesItsLoopAndStaysInterrupted() {
        try (Workers workers = new Workers(2)) {
            AtomicInteger runs = new AtomicInteger();
            Thread.currentThread().interrupt();
            workers.parallelFor(100, i -> runs.incrementAndGet());
            assertThat(runs).hasValue(100);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void closingEndsTheThreads() {
        List<Thread> before = threads();
        Workers workers = new Workers(4);
        assertThat(threads()).hasSize(before.size() + 3);
        workers.close();
        assertThat(threads()).hasSize(before.size());
        assertThatIllegalStateException().isThrownBy(() -> workers.parallelFor(1, i -> { })).withMessageContaining("closed");
    }

    private static List<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("x2i-worker")).toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
