/** What a processor and its memory can do at most, and how near the ops come to it. */
package io.github.x2i4j.engine.measure;
