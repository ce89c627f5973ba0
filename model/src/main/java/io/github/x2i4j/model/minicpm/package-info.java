/**
 * MiniCPM-o 2.6 (arXiv 2408.01800 and its successor's code) as X2I reads pictures and sounds with it: SigLIP vision tower for pictures of
 * any shape, resampler, Whisper audio encoder, the Qwen2 decoder, and the processor that makes token ids, patches and spectrograms of a
 * prompt. The parts that speak are not needed and not loaded.
 */
package io.github.x2i4j.model.minicpm;
