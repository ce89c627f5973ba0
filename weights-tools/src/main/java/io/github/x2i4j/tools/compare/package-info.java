/** Checkpoints hashed and compared. */
package io.github.x2i4j.tools.compare;
