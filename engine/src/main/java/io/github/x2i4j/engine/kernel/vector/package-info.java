/** Kernels in the Vector API; nothing here is loaded where the module {@code jdk.incubator.vector} is absent. */
package io.github.x2i4j.engine.kernel.vector;
