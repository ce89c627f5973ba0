/**
 * InternVL2.5 1B and 4B (arXiv 2412.05271): InternViT, pixel shuffle and projector, the Qwen2 decoder with positions that run over pads,
 * and the processor that makes token ids and tiles of a prompt.
 */
package io.github.x2i4j.model.internvl;
