package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.prompt.InternVlChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A folder of InternVL2.5: processor and networks. */
public final class InternVl implements Mllm {
    private static final String PAD = "<|endoftext|>";

    private final Loaded<InternVlModel> loaded;
    private final InternVlProcessor processor;

    private InternVl(Loaded<InternVlModel> loaded, InternVlProcessor processor) {
        this.loaded = loaded;
        this.processor = processor;
    }

    /**
     * Opens a model folder; weights are mapped, not read.
     *
     * @throws InvalidInputException naming a file, field or tensor that is missing or wrong
     */
    public static InternVl open(Path folder) {
        InternVlProcessor processor = processor(folder);
        return new InternVl(Loaded.open(folder, InternVlModel.NAMES, InternVlModel::bind), processor);
    }

    /** The processor of a model folder alone; no weights are opened. */
    public static InternVlProcessor processor(Path folder) {
        InternVlConfig c = InternVlConfig.read(Config.read(folder.resolve("config.json")));
        return processor(folder, Tokenizers.load(folder, TokenizerKind.BPE), c);
    }

    /** @throws InvalidInputException if the tokenizer lacks a token of the template */
    static InternVlProcessor processor(Path folder, Tokenizer tokenizer, InternVlConfig c) {
        for (String token : List.of(InternVlChatTemplate.BEGIN, InternVlChatTemplate.END)) {
            id(folder, tokenizer, token);
        }
        return new InternVlProcessor(tokenizer, InternVlImageProcessor.of(c), c.tileTokens(),
                id(folder, tokenizer, InternVlChatTemplate.CONTEXT), id(folder, tokenizer, PAD));
    }

    private static int id(Path folder, Tokenizer tokenizer, String token) {
        return tokenizer.id(token).orElseThrow(() -> new InvalidInputException(folder + ": the tokenizer has no token " + token
                + "; take configuration and tokenizer from one InternVL2.5 model"));
    }

    @Override
    public int numHiddenStates() {
        return loaded.model().config().text().numHiddenStates();
    }

    @Override
    public int hiddenSize() {
        return loaded.model().config().text().hiddenSize();
    }

    /** @throws UnsupportedFeatureException if an answer is asked for, or there are several pictures */
    @Override
    public Encoded encode(Ops f, MllmPrompt prompt, PromptOptions options, AnswerOptions answer, BlockHook hook,
            Consumer<String> warnings) {
        if (answer != null) {
            throw new UnsupportedFeatureException("X2I draws from InternVL2.5's prompt only, not from its answers; ask for no answer, or use "
                    + "a Qwen2.5-VL model");
        }
        InternVlInputs inputs = processor.process(prompt, options, warnings);
        try (Scope s = f.scope()) {
            return new Encoded(inputs.prompt().ids(), s.escape(loaded.model().forward(s, inputs.tensors(s), hook).hiddenStates()), null);
        }
    }

    @Override
    public void close() {
        loaded.close();
    }
}
