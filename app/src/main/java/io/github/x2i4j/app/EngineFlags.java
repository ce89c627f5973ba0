package io.github.x2i4j.app;

import io.github.x2i4j.engine.Device;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Precision;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** The options that say how an engine computes, for every command that opens one. */
public final class EngineFlags {
    @Option(names = "--kernels", paramLabel = "SET", defaultValue = "auto",
            description = "Which kernels compute: auto (the fastest that run here), scalar, vector (Java's Vector API) or machine"
                    + " (machine code for matrix products, made while the program runs). Default: auto.")
    private String kernels;

    @Option(names = "--vector-bits", paramLabel = "BITS", defaultValue = "0",
            description = "Width of the vector kernels: 128, 256 or 512. Default: what the processor prefers.")
    private int vectorBits;

    @Option(names = "--machine-isa", paramLabel = "SET",
            description = "Instructions that machine code uses: avx2, avx512, avx512-bf16 or amx-bf16. Default: the best of the processor.")
    private String instructions;

    @Option(names = "--precision", paramLabel = "TYPE", defaultValue = "f32",
            description = "Factors of large matrix products: f32, or bf16, which is faster where the processor has instructions for it and"
                    + " changes the picture slightly, or fp8, for GPUs of compute capability 8.9 or newer, which changes it more. Default: f32.")
    private String precision;

    @Option(names = "--device", paramLabel = "DEVICE", defaultValue = "cpu",
            description = "What computes: cpu, cuda (an NVIDIA GPU), cuda:N (the GPU of that number) or auto (a GPU where one can be used"
                    + " and has the memory, otherwise the CPU). Default: cpu.")
    private String device;

    @Option(names = "--cuda-libraries", paramLabel = "DIR",
            description = "Folder of CUDA's libraries (libcublas.so.12 or 13). Default: LD_LIBRARY_PATH, where toolkits, distributions and"
                    + " Python's packages put them.")
    private Path cudaLibraries;

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
        if (cudaLibraries != null && !Files.isDirectory(cudaLibraries)) {
            throw new InvalidInputException("--cuda-libraries " + cudaLibraries + " is no folder: name the one that holds libcublas.so.12 or 13.");
        }
        return new EngineOptions(named("--kernels", kernels, KernelChoice.values()), vectorBits, threads,
                instructions == null ? null : named("--machine-isa", instructions, InstructionSet.values()),
                named("--precision", precision, Precision.values()), device(), cudaLibraries);
    }

    private Device device() {
        try {
            return Device.parse(device);
        } catch (InvalidInputException e) {
            throw new InvalidInputException("--device: " + e.getMessage() + ".");
        }
    }

    /**
     * Opens an engine, and says what was chosen where that was left open.
     *
     * @throws io.github.x2i4j.engine.X2iException if the options cannot be had
     */
    public Engine open(PrintWriter err) {
        EngineOptions options = options();
        Engine engine = Engine.open(options);
        if (options.device().kind() == Device.Kind.AUTO) {
            EngineInfo info = engine.info();
            err.println("x2i: computes on " + (engine.isGpu() ? info.device() : "the CPU: " + info.reasons().getFirst()));
            err.flush();
        }
        return engine;
    }

    private static <E extends Enum<E>> E named(String option, String name, E[] values) {
        List<String> names = new ArrayList<>();
        for (E value : values) {
            names.add(value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
            if (names.getLast().equals(name)) {
                return value;
            }
        }
        throw new InvalidInputException(option + " " + name + ": takes " + String.join(", ", names.subList(0, names.size() - 1)) + " or "
                + names.getLast() + ".");
    }
}
