/** The matrix product: packers, blocking, threads. */
package io.github.x2i4j.engine.gemm;
