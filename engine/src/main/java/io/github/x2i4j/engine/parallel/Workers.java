package io.github.x2i4j.engine.parallel;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * Threads that share the tasks of a loop. Which thread runs which task is open, so a task's result must depend on its number
 * alone; results then do not depend on the number of threads.
 *
 * <p>The caller takes part, so a loop always ends even when all workers are busy with other callers, and loops may nest.
 */
public final class Workers implements AutoCloseable {
    /**
     * How long a thread that has nothing to do looks for work, or for the end of others' work, before it sleeps: ops follow each other
     * within microseconds, and waking a thread takes some fifty of them.
     */
    private static final long WATCH_NANOS = 50_000;

    private final int threads;
    private final Thread[] workers;
    private final ArrayDeque<Loop> open = new ArrayDeque<>();
    /** Whether {@link #open} holds a loop; written under its lock. */
    private volatile boolean busy;
    private volatile boolean closed;

    /** @param threads number of threads that work on a loop, the caller included; at least 1 */
    public Workers(int threads) {
        this.threads = threads;
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = Thread.ofPlatform().name("x2i-worker-" + (i + 1)).daemon().start(this::work);
        }
    }

    /** Threads that work on a loop, the caller included. */
    public int threads() {
        return threads;
    }

    /**
     * Runs {@code body} for 0 .. {@code tasks} - 1 and returns when all are done. If a task throws, the tasks not yet begun are
     * dropped and the first exception is thrown here.
     *
     * @throws IllegalStateException if the workers are closed
     */
    public void parallelFor(int tasks, IntConsumer body) {
        Loop loop = new Loop(tasks, body);
        boolean shared = tasks > 1 && threads > 1;
        synchronized (open) {
            if (closed) {
                throw new IllegalStateException("engine is closed");
            }
            if (shared) {
                open.add(loop);
                busy = true;
                open.notifyAll();
            }
        }
        loop.run();
        if (shared) {
            remove(loop);
        }
        loop.await();
    }

    private void work() {
        while (true) {
            watchFor(() -> busy || closed);
            Loop loop;
            synchronized (open) {
                while (!closed && open.isEmpty()) {
                    try {
                        open.wait();
                    } catch (InterruptedException e) {
                        // Nobody but close() ends a worker; the flag has no meaning here.
                    }
                }
                if (closed) {
                    return;
                }
                loop = open.peek();
            }
            loop.run();
            remove(loop);
        }
    }

    private void remove(Loop loop) {
        synchronized (open) {
            open.remove(loop);
            busy = !open.isEmpty();
        }
    }

    /** Returns when {@code event} has come, or shortly after without it. */
    private static void watchFor(BooleanSupplier event) {
        long begin = System.nanoTime();
        while (!event.getAsBoolean() && System.nanoTime() - begin < WATCH_NANOS) {
            Thread.onSpinWait();
        }
    }

    /** Ends the threads. Loops that run are finished by their callers. */
    @Override
    public void close() {
        synchronized (open) {
            closed = true;
            open.notifyAll();
        }
        for (Thread w : workers) {
            Threads.join(w);
        }
    }

    private static final class Loop {
        private final int tasks;
        private final IntConsumer body;
        private final AtomicInteger next = new AtomicInteger();
        private volatile int done;
        private Throwable failure;

        Loop(int tasks, IntConsumer body) {
            this.tasks = tasks;
            this.body = body;
        }

        void run() {
            int finished = 0;
            Throwable thrown = null;
            for (int i = next.getAndIncrement(); i < tasks; i = next.getAndIncrement()) {
                finished++;
                try {
                    body.accept(i);
                } catch (Throwable t) {
                    thrown = t;
                    int begun = Math.min(next.getAndSet(tasks), tasks);
                    finished += tasks - begun;
                }
            }
            synchronized (this) {
                int sum = done + finished;
                done = sum;
                if (failure == null) {
                    failure = thrown;
                }
                if (sum == tasks) {
                    notifyAll();
                }
            }
        }

        void await() {
            watchFor(() -> done == tasks);
            Throwable t;
            synchronized (this) {
                boolean interrupted = false;
                while (done < tasks) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                t = failure;
            }
            switch (t) {
                case null -> { }
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalStateException(t);
            }
        }
    }
}
