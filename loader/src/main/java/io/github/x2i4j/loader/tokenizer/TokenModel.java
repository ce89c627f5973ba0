package io.github.x2i4j.loader.tokenizer;

/** Pieces of text to ids: the {@code model} node of tokenizer.json. */
interface TokenModel {
    Vocabulary vocabulary();

    /**
     * Appends the ids of a piece.
     *
     * @param literal whether the ids of special tokens may not come out, because somebody typed them as ordinary text
     */
    void encode(String piece, boolean literal, IntList out);
}
