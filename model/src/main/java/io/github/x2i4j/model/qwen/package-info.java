/**
 * Qwen2.5-VL (arXiv 2502.13923): vision tower with window attention, the Qwen2 decoder with positions on three axes, and the
 * processor that makes token ids and pixel patches of a prompt.
 */
package io.github.x2i4j.model.qwen;
