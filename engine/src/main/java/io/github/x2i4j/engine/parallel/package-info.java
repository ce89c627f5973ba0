/** Worker threads that share loops. */
package io.github.x2i4j.engine.parallel;
