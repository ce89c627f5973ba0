package io.github.x2i4j.engine;

/** Which two channels of a head a rotary embedding turns together. */
public enum RopeStyle {
    /** Channels (2m, 2m+1): FLUX. */
    INTERLEAVED,
    /** Channels (m, m + D/2): Qwen, Llama ("rotate half"). */
    HALVES
}
