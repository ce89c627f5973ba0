package io.github.x2i4j.loader.tokenizer;

/** Families of tokenizers, which differ in the files they come in and in what those files leave unsaid. */
public enum TokenizerKind {
    /** Byte-level BPE of the multimodal LLMs (Qwen2.5): tokenizer.json, or vocab.json and merges.txt. */
    BPE,
    /** CLIP's lower-casing BPE with word ends: vocab.json and merges.txt, or tokenizer.json. */
    CLIP,
    /** T5's SentencePiece Unigram: tokenizer.json, or spiece.model. */
    T5
}
