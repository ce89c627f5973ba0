package io.github.x2i4j.engine.parallel;

/** Waiting for threads to end. */
public final class Threads {
    private Threads() {
    }

    /** Waits until a thread has ended, even when the caller is interrupted; the interruption is kept for the caller. */
    public static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
