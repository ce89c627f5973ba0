/** Random weights of known architectures. */
package io.github.x2i4j.tools.make;
