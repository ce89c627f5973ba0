package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import java.util.stream.IntStream;

/** Tokens of pictures and other media take the places of their placeholders among the embeddings of a text. */
public final class Placeholders {
    private Placeholders() {
    }

    /**
     * @param x embeddings F32 [rows, H] of {@code ids}
     * @param placeholder id that stands for one token of the media
     * @param embeds F32 [tokens, H], in the order of their places
     * @return F32 [rows, H]
     * @throws InvalidInputException if there are more or fewer places than tokens
     */
    public static Tensor replace(Ops f, Tensor x, long[] ids, long placeholder, Tensor embeds) {
        long[] rows = IntStream.range(0, ids.length).filter(i -> ids[i] == placeholder).asLongStream().toArray();
        if (rows.length != embeds.dim(0)) {
            throw new InvalidInputException("the prompt has " + rows.length + " placeholders for " + embeds.dim(0)
                    + " tokens of pictures; it was cut inside them, or its text holds placeholders of its own");
        }
        return f.replaceRows(x, rows, embeds);
    }
}
