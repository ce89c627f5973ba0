package io.github.x2i4j.engine.gpu;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What the fake device executes. The system property {@code x2i4j.fake} chooses: {@code compiled}, the kernels' own source, or
 * {@code twin}, their likeness in Java; without it, the former where this machine has a C++ compiler.
 */
public interface DeviceCode {
    /** The number of a kernel, or -1. */
    int number(String kernel);

    /** Runs a kernel to its end. */
    void launch(int number, Grid grid, MemorySegment arguments, int[] offsets);

    void gemm(CudaApi.Gemm g);

    void multiply(CudaApi.PlannedProduct p, CudaApi.ProductOperands o);

    /** All that this machine can execute. */
    static List<DeviceCode> all() throws IOException, InterruptedException {
        DeviceCode chosen = load();
        return chosen instanceof TwinKernels ? List.of(chosen) : List.of(chosen, new TwinKernels());
    }

    /** What this machine is to execute where one is enough. */
    static DeviceCode load() throws IOException, InterruptedException {
        String choice = System.getProperty("x2i4j.fake", CompiledKernels.compiler().isPresent() ? "compiled" : "twin");
        return switch (choice) {
            case "compiled" -> CompiledKernels.load();
            case "twin" -> new TwinKernels();
            default -> throw new IllegalArgumentException("x2i4j.fake takes compiled or twin, not " + choice);
        };
    }
}
