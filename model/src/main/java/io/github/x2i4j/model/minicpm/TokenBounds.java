package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * Rows of a prompt that hold the tokens of a picture, or of up to a second of sound.
 *
 * @param begin first row
 * @param end one past the last row
 */
public record TokenBounds(long begin, long end) {
    public TokenBounds {
        if (begin < 0 || end < begin) {
            throw new InvalidInputException("the places of a picture or sound in the prompt run from " + begin + " to " + end
                    + "; its text holds marks of pictures or sounds of its own, remove them or have special tokens in the text neutralised");
        }
    }

    /**
     * What lies between each opening and the closing token of the same number.
     *
     * @throws InvalidInputException if there are more of one kind than of the other
     */
    static List<TokenBounds> between(long[] ids, LongPredicate opening, LongPredicate closing) {
        long[] begins = LongStream.range(0, ids.length).filter(i -> opening.test(ids[(int) i])).toArray();
        long[] ends = LongStream.range(0, ids.length).filter(i -> closing.test(ids[(int) i])).toArray();
        if (begins.length != ends.length) {
            throw new InvalidInputException("the prompt opens " + begins.length + " pictures or sounds and closes " + ends.length
                    + "; its text holds marks of its own, remove them or have special tokens in the text neutralised");
        }
        List<TokenBounds> bounds = new ArrayList<>();
        for (int i = 0; i < begins.length; i++) {
            bounds.add(new TokenBounds(begins[i] + 1, ends[i]));
        }
        return bounds;
    }

    /** Rows of all bounds together. */
    static long total(List<TokenBounds> bounds) {
        return bounds.stream().mapToLong(b -> b.end - b.begin).sum();
    }

    /**
     * Puts tokens in their places, in order.
     *
     * @param x embeddings F32 [rows, H]
     * @param embeds F32 [tokens, H]
     * @param what the tokens are of, for the message
     * @return F32 [rows, H]
     * @throws InvalidInputException if there are more or fewer places than tokens
     */
    static Tensor replace(Ops f, Tensor x, List<TokenBounds> bounds, Tensor embeds, String what) {
        if (total(bounds) != embeds.dim(0) || bounds.stream().anyMatch(b -> b.end > x.dim(0))) {
            throw new InvalidInputException("the prompt has " + total(bounds) + " places for " + embeds.dim(0) + " tokens of " + what
                    + "; it was cut inside them, or its text holds marks of its own");
        }
        return f.replaceRows(x, bounds.stream().flatMapToLong(b -> LongStream.range(b.begin, b.end)).toArray(), embeds);
    }
}
