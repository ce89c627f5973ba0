/** Tensors, kernels and memory. */
module io.github.x2i4j.engine {
    requires jdk.incubator.vector;
    requires static jcuda;
    requires static jcublas;

    exports io.github.x2i4j.engine;
    exports io.github.x2i4j.engine.format;
    exports io.github.x2i4j.engine.measure;
}
