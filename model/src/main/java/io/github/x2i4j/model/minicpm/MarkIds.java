package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Ids of the tokens that stand around and for the tokens of pictures and sounds.
 *
 * @param place stands for one token of a picture or sound
 * @param pad fills a prompt up
 * @param imageBegins those that open a picture or a slice of one
 * @param imageEnds those that close it
 */
public record MarkIds(int place, int pad, long[] imageBegins, long[] imageEnds, long audioBegin, long audioEnd) {
    private static final String PAD = "<|endoftext|>";

    /**
     * @param source what messages call the model, such as its folder
     * @throws InvalidInputException if the tokenizer lacks one
     */
    static MarkIds of(String source, Tokenizer tokenizer) {
        return new MarkIds(id(source, tokenizer, MiniCpmChatTemplate.PLACE), id(source, tokenizer, PAD),
                new long[] {id(source, tokenizer, MiniCpmChatTemplate.IMAGE_BEGIN), id(source, tokenizer, MiniCpmChatTemplate.SLICE_BEGIN)},
                new long[] {id(source, tokenizer, MiniCpmChatTemplate.IMAGE_END), id(source, tokenizer, MiniCpmChatTemplate.SLICE_END)},
                id(source, tokenizer, MiniCpmChatTemplate.AUDIO_BEGIN), id(source, tokenizer, MiniCpmChatTemplate.AUDIO_END));
    }

    private static int id(String source, Tokenizer tokenizer, String token) {
        return tokenizer.id(token).orElseThrow(() -> new InvalidInputException(source + ": the tokenizer has no token " + token
                + "; take configuration and tokenizer from one MiniCPM-o 2.6 model"));
    }

    /** Rows of the pictures. */
    List<TokenBounds> images(long[] ids) {
        return TokenBounds.between(ids, id -> contains(imageBegins, id), id -> contains(imageEnds, id));
    }

    /** Rows of the sounds, up to a second each. */
    List<TokenBounds> audios(long[] ids) {
        return TokenBounds.between(ids, id -> id == audioBegin, id -> id == audioEnd);
    }

    private static boolean contains(long[] ids, long id) {
        return LongStream.of(ids).anyMatch(i -> i == id);
    }
}
