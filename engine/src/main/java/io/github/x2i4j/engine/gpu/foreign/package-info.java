/** CUDA's libraries, as installed, called through {@code java.lang.foreign}. */
package io.github.x2i4j.engine.gpu.foreign;
