/** The ops on an NVIDIA GPU: kernels, memory, and the few calls of CUDA and cuBLAS that they take. */
package io.github.x2i4j.engine.gpu;
