package io.github.x2i4j.loader.hostile;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Runs each case in a thread of its own and fails it when it has used two seconds of the processor, or has not come back after a
 * minute: a case that hangs fails instead of stopping the build. Processor time and not the clock, since machines are busy.
 */
public final class Watchdog implements InvocationInterceptor {
    private static final Duration PROCESSOR = Duration.ofSeconds(Integer.getInteger("x2i4j.test.watchdog", 2));
    private static final Duration CLOCK = Duration.ofMinutes(1);

    @Override
    public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        watched(invocation, context.getDisplayName());
    }

    @Override
    public void interceptTestTemplateMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method,
            ExtensionContext context) throws Throwable {
        watched(invocation, context.getDisplayName());
    }

    private static void watched(Invocation<Void> invocation, String name) throws Throwable {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = Thread.ofPlatform().daemon().name("hostile").start(() -> {
            try {
                invocation.proceed();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = System.nanoTime();
        while (!thread.join(Duration.ofMillis(20))) {
            long used = threads.getThreadCpuTime(thread.threadId());
            if (used > PROCESSOR.toNanos() || System.nanoTime() - start > CLOCK.toNanos()) {
                AssertionError hung = new AssertionError("still running after " + used / 1_000_000 + " ms of the processor: " + name);
                hung.setStackTrace(thread.getStackTrace());
                throw hung;
            }
        }
        if (thrown.get() != null) {
            throw thrown.get();
        }
    }
}
