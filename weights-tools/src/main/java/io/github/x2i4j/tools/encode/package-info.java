/** Floats as elements of plain and block-quantised types. */
package io.github.x2i4j.tools.encode;
