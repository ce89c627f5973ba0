/**
 * Tensors, the closed set of operations on them, and the memory they live in.
 *
 * <p>Open an {@link io.github.x2i4j.engine.Engine}, open a {@link io.github.x2i4j.engine.Scope} on it, call ops.
 */
package io.github.x2i4j.engine;
