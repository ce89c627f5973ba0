/**
 * Decoder-only language models of the Qwen2 kind, as multimodal LLMs use them: hidden states of every layer, padding as the
 * reference treats it, and greedy decoding with a key-value cache.
 */
package io.github.x2i4j.model.llm;
