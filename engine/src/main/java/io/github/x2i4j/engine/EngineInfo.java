package io.github.x2i4j.engine;

import java.util.List;

/**
 * What an engine runs on, for people and tests.
 *
 * @param device what computes: {@code cpu}, or a GPU with its name, such as {@code cuda:0 (NVIDIA H100 80GB HBM3, compute capability 9.0)}
 * @param kernels name of the kernel set in use: {@code scalar}, {@code vector}, {@code machine} or {@code cuda}
 * @param vectorBits width of the vectors, 0 without
 * @param instructions what machine code uses, or null without
 * @param precision of large products
 * @param threads threads that share an op, the caller included
 * @param reasons why these kernels, and this device where that was left open, were chosen and others declined, one sentence each
 * @param processor name of the processor, as far as known
 * @param features instruction sets of the processor that matter here, by their Linux names; empty where unknown
 */
public record EngineInfo(String device, String kernels, int vectorBits, InstructionSet instructions, Precision precision, int threads,
        List<String> reasons, String processor, List<String> features) {
    /** The kernel set with what tells it apart from others of its name: {@code vector 256}, {@code machine avx512}, {@code machine amx-bf16 bf16}. */
    public String label() {
        String label = instructions != null ? kernels + " " + instructions.label() : vectorBits != 0 ? kernels + " " + vectorBits : kernels;
        return precision == Precision.F32 ? label : label + " " + precision.label();
    }
}
