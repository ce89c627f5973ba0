package io.github.x2i4j.engine.gpu;

/** Kernels of attention, each of which may use those before it for what it does not do itself. */
enum AttentionKernel {
    /** In floats throughout; does everything. */
    PLAIN("plain"),
    /** On tensor cores of any device, with factors in BF16; heads of up to 128 channels. */
    TENSOR("on tensor cores"),
    /** On tensor cores of Hopper (compute capability 9.0), for heads of up to 128 channels without mask and bias. */
    HOPPER("for Hopper");

    private final String label;

    AttentionKernel(String label) {
        this.label = label;
    }

    /** For people. */
    String label() {
        return label;
    }
}
