package io.github.x2i4j.tools.convert;

/** What tensors are called in the files that a conversion writes. */
public enum Names {
    /** As they are stored. */
    STORED,
    /** As diffusers, and of T5 transformers, calls them, which are the names of this project's networks. */
    DIFFUSERS,
    /** As in the single files of the original release, which ComfyUI and GGUF files of FLUX have; of T5 as in llama.cpp's GGUF files. */
    ORIGINAL
}
