/** Streaming writers of safetensors and GGUF files, and the places they write to. */
package io.github.x2i4j.tools.write;
