/** Tensors, kernels and memory. */
module io.github.x2i4j.engine {
    requires jdk.incubator.vector;

    exports io.github.x2i4j.engine;
    exports io.github.x2i4j.engine.measure;
}
