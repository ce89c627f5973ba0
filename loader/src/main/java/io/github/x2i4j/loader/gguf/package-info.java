/** GGUF files (ggml, versions 2 and 3). */
package io.github.x2i4j.loader.gguf;
