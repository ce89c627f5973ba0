/**
 * What every multimodal LLM offers to the pipelines: a prompt goes in, the hidden states of all its layers come out.
 *
 * <p>A family (Qwen2.5-VL, InternVL2.5, MiniCPM-o) implements {@link io.github.x2i4j.model.mllm.MllmFamily} and
 * {@link io.github.x2i4j.model.mllm.Mllm}; nothing else of it is known outside its package.
 */
package io.github.x2i4j.model.mllm;
