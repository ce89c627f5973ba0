package io.github.x2i4j.engine;

import java.util.List;

/**
 * What an engine runs on, for people and tests.
 *
 * @param kernels name of the kernel set in use: {@code scalar} or {@code vector}
 * @param vectorBits width of the vectors, 0 without
 * @param threads threads that share an op, the caller included
 * @param reasons why these kernels were chosen and others declined, one sentence each
 * @param processor name of the processor, as far as known
 * @param features instruction sets of the processor that matter here, by their Linux names; empty where unknown
 */
public record EngineInfo(String kernels, int vectorBits, int threads, List<String> reasons, String processor, List<String> features) {
}
