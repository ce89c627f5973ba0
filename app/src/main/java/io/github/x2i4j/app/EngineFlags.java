package io.github.x2i4j.app;

import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.InvalidInputException;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options that say how an engine computes, for every command that opens one. */
public final class EngineFlags {
    @Option(names = "--kernels", paramLabel = "SET", defaultValue = "auto",
            description = "Which kernels compute: auto (the fastest that run here), scalar or vector. Default: auto.")
    private String kernels;

    @Option(names = "--vector-bits", paramLabel = "BITS", defaultValue = "0",
            description = "Width of the vector kernels: 128, 256 or 512. Default: what the processor prefers.")
    private int vectorBits;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
            description = "Threads that compute. Default: one per processor. The picture does not depend on it.")
    private int threads;

    /** @throws InvalidInputException if a value is none of those that the option takes */
    public EngineOptions options() {
        if (vectorBits != 0 && vectorBits != 128 && vectorBits != 256 && vectorBits != 512) {
            throw new InvalidInputException("--vector-bits " + vectorBits + ": takes 128, 256 or 512.");
        }
        if (threads < 0 || threads > 4096) {
            throw new InvalidInputException("--threads " + threads + ": takes a number from 1 to 4096.");
        }
        return new EngineOptions(choice(), vectorBits, threads);
    }

    private KernelChoice choice() {
        for (KernelChoice choice : KernelChoice.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(kernels)) {
                return choice;
            }
        }
        throw new InvalidInputException("--kernels " + kernels + ": takes auto, scalar or vector.");
    }
}
