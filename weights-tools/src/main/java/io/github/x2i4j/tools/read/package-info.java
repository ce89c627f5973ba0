/** Bytes and values of stored tensors, piece by piece. */
package io.github.x2i4j.tools.read;
