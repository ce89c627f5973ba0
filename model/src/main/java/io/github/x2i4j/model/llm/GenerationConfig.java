package io.github.x2i4j.model.llm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * How an answer is decoded. Decoding is greedy: the published models' temperature of 1e-6 means just that.
 *
 * @param repetitionPenalty divides positive scores, and multiplies negative ones, of every id that occurred before; 1 for none
 * @param stopIds ids that end an answer; they are part of it
 */
public record GenerationConfig(float repetitionPenalty, long[] stopIds) {
    public GenerationConfig {
        if (!(repetitionPenalty > 0)) {
            throw new InvalidInputException("repetition_penalty " + repetitionPenalty + " is not positive");
        }
    }

    /**
     * Reads generation_config.json of a model folder.
     *
     * @param fallback object whose {@code eos_token_id} counts where the file or its field is missing
     */
    public static GenerationConfig read(Path folder, Config fallback) {
        Config c = Config.readIfPresent(folder.resolve("generation_config.json"));
        Config stops = c != null && c.has("eos_token_id") ? c : fallback;
        return new GenerationConfig(c == null ? 1 : (float) c.positiveNumber("repetition_penalty", 1.0),
                stops.has("eos_token_id") ? ids(stops) : new long[0]);
    }

    /** The field holds one id or a list of them. */
    private static long[] ids(Config c) {
        return c.isArray("eos_token_id") ? Arrays.stream(c.integers("eos_token_id")).asLongStream().toArray()
                : new long[] {c.integer("eos_token_id")};
    }

    /** The same, ended by a token of the chat template as well, where the tokenizer has it. */
    public GenerationConfig orStop(Tokenizer tokenizer, String token) {
        OptionalInt id = tokenizer.id(token);
        return id.isEmpty() || stops(id.getAsInt()) ? this
                : new GenerationConfig(repetitionPenalty, LongStream.concat(LongStream.of(stopIds), LongStream.of(id.getAsInt())).toArray());
    }

    public boolean stops(long id) {
        return Arrays.stream(stopIds).anyMatch(s -> s == id);
    }
}
