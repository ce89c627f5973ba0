package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.memory.GiveBack;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The compiled kernels of one context. The sources are under {@code src/main/cuda}; the PTX beside this class is made from them. */
final class Kernels implements AutoCloseable {
    /** Threads of a block; {@code THREADS} of the sources. */
    static final int THREADS = 256;
    /** Blocks of an element-wise launch, at most. */
    static final long MOST_BLOCKS = 4096;
    /** The sources by name. */
    static final List<String> SOURCES = List.of("attention", "attention_tensor", "convert", "elementwise", "movement", "norms");

    private final CudaApi api;
    private final List<Long> modules = new ArrayList<>();
    private final Map<String, Long> functions = new HashMap<>();

    Kernels(CudaApi api) {
        this.api = api;
        try {
            for (String source : SOURCES) {
                modules.add(api.loadModule(ptx(source)));
            }
        } catch (Throwable t) {
            GiveBack.after(t, this::close);
            throw t;
        }
    }

    /** The text of a module, with a zero byte at its end. */
    private static byte[] ptx(String source) {
        try (InputStream in = Kernels.class.getResourceAsStream(source + ".ptx")) {
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new X2iException("the kernels " + source + ".ptx of the engine cannot be read", e);
        }
    }

    /** The handle of a kernel that may be launched with so much shared memory, always the same. */
    synchronized long function(String module, String name, int shared) {
        return functions.computeIfAbsent(name, n -> {
            long function = api.function(modules.get(SOURCES.indexOf(module)), n);
            if (shared > Grid.ORDINARY_SHARED) {
                api.allowShared(function, shared);
            }
            return function;
        });
    }

    @Override
    public void close() {
        List<Long> loaded = List.copyOf(modules);
        modules.clear();
        GiveBack.each(loaded, api::unloadModule);
    }
}
