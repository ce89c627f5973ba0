package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.nn.Loaded;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Opens the parts of a system when a stage needs them. Either each part is closed when its stage ends, so that memory is that of
 * the largest stage, or all stay open until this is closed, so that repeated calls find them ready.
 *
 * <p>Safe for several threads; so are the parts ({@link Loaded} networks, an {@link Mllm}), which compute in the caller's scope.
 */
public final class Parts implements AutoCloseable {
    private final boolean keep;
    private final Map<String, AutoCloseable> kept = new HashMap<>();
    private boolean closed;

    private Parts(boolean keep) {
        this.keep = keep;
    }

    /** Parts that live as long as the stage that needs them. */
    public static Parts released() {
        return new Parts(false);
    }

    /** Parts that live until this is closed. */
    public static Parts kept() {
        return new Parts(true);
    }

    /** A part in use. Closing ends the use. */
    public interface Use<T> extends AutoCloseable {
        T part();

        @Override
        void close();
    }

    /** A network, opened by {@code open} unless it is kept under this name. */
    public <M> Use<M> network(String name, Supplier<Loaded<M>> open) {
        Use<Loaded<M>> use = use(name, open);
        return new Use<>() {
            @Override
            public M part() {
                return use.part().model();
            }

            @Override
            public void close() {
                use.close();
            }
        };
    }

    /** A multimodal LLM, opened by {@code open} unless it is kept under this name. */
    public Use<Mllm> mllm(String name, Supplier<Mllm> open) {
        return use(name, open);
    }

    private synchronized <T extends AutoCloseable> Use<T> use(String name, Supplier<T> open) {
        if (closed) {
            throw new IllegalStateException("used after it was closed");
        }
        if (!keep) {
            return new Released<>(open.get());
        }
        AutoCloseable part = kept.get(name);
        if (part == null) {
            part = open.get();
            kept.put(name, part);
        }
        @SuppressWarnings("unchecked") // one name, one type: names are this package's own
        T typed = (T) part;
        return new Kept<>(typed);
    }

    private record Released<T extends AutoCloseable>(T part) implements Use<T> {
        @Override
        public void close() {
            Parts.close(part);
        }
    }

    private record Kept<T>(T part) implements Use<T> {
        @Override
        public void close() {
            // stays open for the next use
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        kept.values().forEach(Parts::close);
        kept.clear();
    }

    private static void close(AutoCloseable part) {
        switch (part) {
            case Loaded<?> network -> network.close();
            case Mllm mllm -> mllm.close();
            default -> throw new IllegalArgumentException(part.getClass() + " is no part");
        }
    }
}
