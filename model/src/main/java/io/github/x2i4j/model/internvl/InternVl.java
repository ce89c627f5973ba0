package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import io.github.x2i4j.model.llm.DecoderConfig;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.LoadedMllm;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.prompt.InternVlChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A folder of InternVL2.5: processor and networks. */
public final class InternVl extends LoadedMllm<InternVlInputs, InternVlModel> {
    private static final String PAD = "<|endoftext|>";

    private final InternVlProcessor processor;
    private final GenerationConfig generation;

    private InternVl(Loaded<InternVlModel> loaded, InternVlProcessor processor, GenerationConfig generation) {
        super(loaded, processor.tokenizer());
        this.processor = processor;
        this.generation = generation;
    }

    /**
     * Opens a model folder; weights are mapped, not read.
     *
     * @throws InvalidInputException naming a file, field or tensor that is missing or wrong
     */
    public static InternVl open(Path folder) {
        InternVlProcessor processor = processor(folder);
        GenerationConfig generation = GenerationConfig.read(folder, Config.read(folder.resolve("config.json")).object("llm_config")).orStop(processor.tokenizer(), InternVlChatTemplate.TURN_END);
        return new InternVl(Loaded.open(folder, InternVlModel.NAMES, InternVlModel::bind), processor, generation);
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
    protected DecoderConfig text(InternVlModel networks) {
        return networks.config().text();
    }

    @Override
    protected InternVlInputs prepare(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        return processor.process(past, prompt, options, warnings);
    }

    @Override
    protected Read read(Scope s, InternVlModel networks, InternVlInputs inputs, PromptOptions options, AnswerOptions answer, BlockHook hook) {
        InternVlModel.Output out = networks.with(options.rope()).forward(s, inputs.tensors(s), answer, generation, hook);
        return new Read(inputs.prompt().ids(), out.hiddenStates(), out.answer());
    }
}
