package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.memory.GiveBack;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The compiled kernels of one context. The sources are under {@code src/main/cuda}; the PTX beside this class is made from them. */
final class Kernels implements AutoCloseable {
    /** Threads of a block; {@code THREADS} of the sources. */
    static final int THREADS = 256;
    /** Blocks of an element-wise launch, at most. */
    static final long MOST_BLOCKS = 4096;
    /** The sources that every device can run, by name. */
    static final List<String> SOURCES = List.of("attention", "attention_tensor", "convert", "elementwise", "movement", "norms");
    /** The one of them that is for factors in BF16, and takes longest to compile. */
    static final String TENSOR = "attention_tensor";
    /** What only devices of compute capability 9.0 can run. */
    static final String HOPPER = "attention_hopper";

    /** All sources. */
    static List<String> all() {
        return Stream.concat(SOURCES.stream(), Stream.of(HOPPER)).toList();
    }

    private final CudaApi api;
    private final Map<String, Long> modules = new HashMap<>();
    private final Map<String, Long> functions = new HashMap<>();

    /** @param tensor whether the kernels for factors in BF16 are needed */
    Kernels(CudaApi api, boolean tensor) {
        this.api = api;
        try {
            SOURCES.stream().filter(source -> tensor || !source.equals(TENSOR)).forEach(this::load);
        } catch (Throwable t) {
            GiveBack.after(t, this::close);
            throw t;
        }
    }

    /** Loads a source, if that was not done before. */
    synchronized void load(String source) {
        modules.computeIfAbsent(source, s -> api.loadModule(ptx(s)));
    }

    /** The text of a module, with a zero byte at its end. */
    private static byte[] ptx(String source) {
        try (InputStream in = Kernels.class.getResourceAsStream(source + ".ptx")) {
            if (in == null) {
                throw new X2iException("the kernels " + source + ".ptx of the engine are missing: its jar is not whole");
            }
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new X2iException("the kernels " + source + ".ptx of the engine cannot be read", e);
        }
    }

    /** The handle of a kernel that may be launched with so much shared memory, always the same. */
    synchronized long function(String module, String name, int shared) {
        return functions.computeIfAbsent(name, n -> {
            long function = api.function(modules.get(module), n);
            if (shared > Grid.ORDINARY_SHARED) {
                api.allowShared(function, shared);
            }
            return function;
        });
    }

    @Override
    public void close() {
        List<Long> loaded = List.copyOf(modules.values());
        modules.clear();
        GiveBack.each(loaded, api::unloadModule);
    }
}
