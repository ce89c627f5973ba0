package io.github.x2i4j.engine.memory;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Giving several things back: every one of them, even after one could not be. */
public final class GiveBack {
    private GiveBack() {
    }

    /** Takes all steps in order. What the first that fails throws is thrown at the end; it carries what later ones threw. */
    public static void all(Runnable... steps) {
        each(List.of(steps), Runnable::run);
    }

    /** As {@link #all}, a step for each thing. */
    public static <T> void each(Collection<T> things, Consumer<? super T> giveBack) {
        RuntimeException first = null;
        for (T thing : things) {
            try {
                giveBack.accept(thing);
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Gives something back because of a failure, which is what will be thrown. */
    public static void after(Throwable failure, Runnable giveBack) {
        try {
            giveBack.run();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
