package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.llm.GreedyDecoder;
import io.github.x2i4j.model.llm.KeyValueCache;
import io.github.x2i4j.model.llm.LanguageModel;
import io.github.x2i4j.model.llm.PaddedPrompt;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.Arrays;

/**
 * What every family's networks end with: the decoder reads a prompt whose media are in their places and, where asked, goes on with an answer.
 *
 * @param ids token ids [S], pads included
 * @param positions [3][S] on the axes time, height and width
 * @param end position, on all axes, of a token that follows the prompt
 * @param endPadded the same of a token that follows the padded prompt
 */
public record PromptReader(LanguageModel language, PaddedPrompt prompt, long[] ids, long[][] positions, long end, long endPadded) {

    /** Where all axes count the columns, pads included. */
    public static PromptReader overColumns(LanguageModel language, PaddedPrompt prompt, long[] ids) {
        long[] columns = new long[ids.length];
        Arrays.setAll(columns, i -> i);
        long[] ofTokens = prompt.select(columns);
        return new PromptReader(language, prompt, ids, new long[][] {columns, columns, columns}, ofTokens[prompt.numTokens() - 1] + 1, ids.length);
    }

    /**
     * What came out.
     *
     * @param hiddenStates F32 [L+1, S, H], pad rows included
     * @param answer null if none was asked for
     */
    public record Read(Tensor hiddenStates, GreedyDecoder.Answer answer) {
    }

    /**
     * Reads.
     *
     * @param s owner of the result
     * @param x embeddings of the prompt's distinct rows, F32 [rows, H]
     * @param answer how long an answer to decode, or null for none
     * @param generation how to decode it
     */
    public Read read(Scope s, Tensor x, AnswerOptions answer, GenerationConfig generation, BlockHook hook) {
        long[][] rows = Arrays.stream(positions).map(prompt::select).toArray(long[][]::new);
        int layers = language.config().numLayers();
        KeyValueCache cache = answer == null ? null : new KeyValueCache(layers);
        Tensor states = language.forward(s, x, rows, prompt.keys(cache), hook);                        // [L+1, rows, H]
        GreedyDecoder.Answer decoded = null;
        if (answer != null) {
            // the reference goes on from the last column, be it a pad, and its penalty counts pads too
            boolean padded = answer.fromPaddedPrompt();
            int from = padded ? prompt.rowOf(ids.length - 1) : prompt.numTokens() - 1;
            long[] counted = padded ? ids : Arrays.copyOf(prompt.select(ids), prompt.numTokens());
            decoded = new GreedyDecoder(language, generation).decode(s, states.row(layers).row(from), counted, padded ? endPadded : end, cache,
                    answer.maxNewTokens(), hook);
        }
        return new Read(prompt.expand(s, states), decoded);
    }
}
