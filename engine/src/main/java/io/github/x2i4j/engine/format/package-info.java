/** How numbers follow from the bytes of narrow and block-quantised types. */
package io.github.x2i4j.engine.format;
