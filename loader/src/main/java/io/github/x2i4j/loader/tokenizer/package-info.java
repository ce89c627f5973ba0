/** Tokenizers: byte-level BPE, CLIP and T5. */
package io.github.x2i4j.loader.tokenizer;
