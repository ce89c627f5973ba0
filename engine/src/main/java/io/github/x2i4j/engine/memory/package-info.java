/** Native memory of tensors and heap arrays of kernels, both recycled. */
package io.github.x2i4j.engine.memory;
