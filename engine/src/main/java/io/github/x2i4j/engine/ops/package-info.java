/** What holds for ops on every device. */
package io.github.x2i4j.engine.ops;
