/** The primitives that vary between instruction sets, and the choice among them. */
package io.github.x2i4j.engine.kernel;
