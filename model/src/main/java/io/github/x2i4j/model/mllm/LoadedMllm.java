package io.github.x2i4j.model.mllm;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.model.llm.DecoderConfig;
import io.github.x2i4j.model.llm.GreedyDecoder;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * An MLLM whose networks are open: a processor makes a prompt ready for them, they read it.
 *
 * @param <I> a prompt made ready
 * @param <M> the networks
 */
public abstract class LoadedMllm<I, M> implements Mllm {
    private final Loaded<M> loaded;
    private final Tokenizer tokenizer;

    /** @param tokenizer turns answers into text */
    protected LoadedMllm(Loaded<M> loaded, Tokenizer tokenizer) {
        this.loaded = loaded;
        this.tokenizer = tokenizer;
    }

    /** Sizes of the networks' language model. */
    protected abstract DecoderConfig text(M networks);

    /** Makes a prompt ready; refuses what the family does not do. */
    protected abstract I prepare(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings);

    /** Has the networks read a prompt. Tensors of the result belong to {@code s}. */
    protected abstract Read read(Scope s, M networks, I inputs, PromptOptions options, AnswerOptions answer, BlockHook hook);

    /**
     * What the networks gave.
     *
     * @param ids token ids [S], pads included
     * @param hiddenStates F32 [L+1, S, H]
     * @param answer null if none was asked for
     */
    public record Read(long[] ids, Tensor hiddenStates, GreedyDecoder.Answer answer) {
    }

    @Override
    public final int numHiddenStates() {
        return text(loaded.model()).numHiddenStates();
    }

    @Override
    public final int hiddenSize() {
        return text(loaded.model()).hiddenSize();
    }

    @Override
    public final Encoded encode(Ops f, List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, AnswerOptions answer, BlockHook hook,
            Consumer<String> warnings) {
        I inputs = prepare(past, prompt, options, warnings);
        try (Scope s = f.scope()) {
            Read r = read(s, loaded.model(), inputs, options, answer, hook);
            return new Encoded(r.ids, s.escape(r.hiddenStates), r.answer == null ? null : told(s, r.answer));
        }
    }

    private Answer told(Scope s, GreedyDecoder.Answer a) {
        int[] ids = Arrays.stream(a.ids()).mapToInt(Math::toIntExact).toArray();
        return new Answer(a.ids(), a.hiddenStates() == null ? null : s.escape(a.hiddenStates()), tokenizer.decode(ids, true));
    }

    @Override
    public final void close() {
        loaded.close();
    }
}
