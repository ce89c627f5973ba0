package io.github.x2i4j.tests.hostile;

import io.github.x2i4j.engine.X2iException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;

/** Does work that must end soon, well or with an error of the program's own. */
final class Watched {
    private Watched() {
    }

    /**
     * What is wrong with how the work ended, or null: it may return, or throw an {@link X2iException} of one short line that names
     * {@code named}.
     *
     * @param seconds of the processor that it may take
     * @param named what the message must hold, or null
     */
    static String problem(long seconds, Path named, Runnable work) {
        Throwable[] thrown = new Throwable[1];
        Thread thread = Thread.ofPlatform().daemon().name("watched").start(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                thrown[0] = t;
            }
        });
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        try {
            while (!thread.join(Duration.ofMillis(1))) {
                if (threads.getThreadCpuTime(thread.threadId()) > seconds * 1_000_000_000) {
                    StackTraceElement[] at = thread.getStackTrace();
                    return "still running after " + seconds + " s, at " + (at.length == 0 ? "its end" : at[0]);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return switch (thrown[0]) {
            case null -> null;
            case X2iException e when named != null && !e.getMessage().contains(named.toString()) -> "does not name " + named + ": " + e.getMessage();
            case X2iException e when e.getMessage().length() > 3000 || e.getMessage().contains("\n") -> "is no short line: " + e.getMessage();
            case X2iException _ -> null;
            case Throwable t -> t + " at " + (t.getStackTrace().length == 0 ? "?" : t.getStackTrace()[0] + " " + t.getStackTrace()[Math.min(4, t.getStackTrace().length - 1)]);
        };
    }
}
