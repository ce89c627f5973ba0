package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.pipeline.HiddenRows;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options about what the language model answers. */
final class AnswerFlags {
    @Option(names = "--hidden", paramLabel = "ROWS",
            description = "What is drawn: the prompt, the model's answer, or both. Default: both in a dialogue, otherwise the prompt.")
    private String hidden;

    @Option(names = "--max-new-tokens", paramLabel = "N",
            description = "Most tokens of an answer. Default: 64 in a dialogue, otherwise 128.")
    private Integer maxNewTokens;

    /**
     * What is drawn, where it is said.
     *
     * @throws InvalidInputException if it is none of the rows there are
     */
    Optional<HiddenRows> rows() {
        if (hidden == null) {
            return Optional.empty();
        }
        return Optional.of(Arrays.stream(HiddenRows.values()).filter(r -> r.name().toLowerCase(Locale.ROOT).equals(hidden)).findFirst()
                .orElseThrow(() -> new InvalidInputException("--hidden " + hidden + ": takes prompt, answer or both.")));
    }

    /**
     * Most tokens of an answer, or null.
     *
     * @throws InvalidInputException if it is no positive number
     */
    Integer maxNewTokens() {
        if (maxNewTokens != null && maxNewTokens < 1) {
            throw new InvalidInputException("--max-new-tokens " + maxNewTokens + ": takes a whole number from 1.");
        }
        return maxNewTokens;
    }
}
