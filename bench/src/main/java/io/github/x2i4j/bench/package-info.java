/** Benchmarks of the engine: what fraction of the machine's own peak each op reaches. */
package io.github.x2i4j.bench;
