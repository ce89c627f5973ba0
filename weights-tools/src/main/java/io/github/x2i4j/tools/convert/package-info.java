/** Weight files joined, cut, renamed and written in other formats and types. */
package io.github.x2i4j.tools.convert;
