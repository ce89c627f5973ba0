/** The ops, written once above the kernels. */
package io.github.x2i4j.engine.cpu;
