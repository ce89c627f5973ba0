package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.List;
import java.util.function.Consumer;

/**
 * A multimodal LLM as X2I uses one: it reads a prompt once (prefill) and gives the hidden states of every layer. It decodes an
 * answer only when one is asked for. Safe to call from several threads, each with a scope of its own.
 */
public interface Mllm extends AutoCloseable {
    /** Number of hidden states: decoder layers + 1. AlignNet's {@code in_channels} must equal it. */
    int numHiddenStates();

    /** Width H of a hidden state. */
    int hiddenSize();

    /** Reads a prompt by itself, not one of a dialogue. */
    default Encoded encode(Ops f, MllmPrompt prompt, PromptOptions options, AnswerOptions answer, BlockHook hook,
            Consumer<String> warnings) {
        return encode(f, List.of(), prompt, options, answer, hook, warnings);
    }

    /**
     * Reads a prompt, in a dialogue after all that was said before it.
     *
     * @param f owner of the returned tensors
     * @param past the turns before, oldest first; none for the first
     * @param answer the answer to decode after the prompt, or null for none
     * @param hook stands around each decoder layer and vision block; carries progress and cancellation
     * @param warnings receives one sentence for each thing that was changed, such as a prompt that was cut
     * @throws io.github.x2i4j.engine.InvalidInputException if placeholders of pictures would be cut, or do not match the pictures
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if the family does not do what is asked, see {@link Abilities}
     */
    Encoded encode(Ops f, List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, AnswerOptions answer, BlockHook hook,
            Consumer<String> warnings);

    @Override
    void close();

    /**
     * What came out.
     *
     * @param inputIds token ids [S], pads included
     * @param hiddenStates F32 [L+1, S, H]: input embeddings (pictures spliced in), then the output of each layer, the last one
     *     after the final norm
     * @param answer null if none was asked for
     */
    record Encoded(long[] inputIds, Tensor hiddenStates, Answer answer) {
    }

    /**
     * A decoded answer.
     *
     * @param ids the T generated ids, a stop token included
     * @param hiddenStates F32 [L+1, T-1, H], the states of the generated tokens that were fed back; null if T is 1
     * @param text the ids decoded, special tokens left out
     */
    record Answer(long[] ids, Tensor hiddenStates, String text) {
    }
}
