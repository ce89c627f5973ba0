package io.github.x2i4j.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Name and instruction sets of the processor, where the system tells them. */
record Processor(String name, List<String> features) {
    private static final List<String> INTERESTING = List.of("sse4_2", "avx", "f16c", "fma", "avx2", "avx512f", "avx512bw", "avx512vl",
            "avx512_bf16", "avx512_vnni", "avx512_fp16", "amx_tile", "amx_bf16", "amx_int8", "asimd", "asimdhp", "bf16", "i8mm", "sve",
            "sve2");

    static Processor read() {
        String name = System.getProperty("os.arch");
        List<String> features = List.of();
        Path file = Path.of("/proc/cpuinfo");
        if (Files.isReadable(file)) {
            try {
                for (String line : Files.readAllLines(file)) {
                    int colon = line.indexOf(':');
                    String key = colon < 0 ? "" : line.substring(0, colon).strip();
                    if (key.equals("model name")) {
                        name = line.substring(colon + 1).strip();
                    } else if (key.equals("flags") || key.equals("Features")) {
                        features = new ArrayList<>(INTERESTING);
                        features.retainAll(List.of(line.substring(colon + 1).strip().split(" ")));
                        break;
                    }
                }
            } catch (IOException e) {
                // The system does not tell; the name of the architecture remains.
            }
        }
        return new Processor(name, List.copyOf(features));
    }
}
