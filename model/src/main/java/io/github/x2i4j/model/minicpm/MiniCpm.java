package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.media.audio.AudioFeatures;
import io.github.x2i4j.model.llm.DecoderConfig;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.LoadedMllm;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.prompt.MiniCpmChatTemplate;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** A folder of MiniCPM-o 2.6: processor and networks. */
public final class MiniCpm extends LoadedMllm<MiniCpmInputs, MiniCpmModel> {
    private final MiniCpmProcessor processor;
    private final GenerationConfig generation;

    private MiniCpm(Loaded<MiniCpmModel> loaded, MiniCpmProcessor processor, GenerationConfig generation) {
        super(loaded, processor.tokenizer());
        this.processor = processor;
        this.generation = generation;
    }

    /**
     * Opens a model folder; weights are mapped, not read.
     *
     * @throws InvalidInputException naming a file, field or tensor that is missing or wrong
     */
    public static MiniCpm open(Path folder) {
        MiniCpmProcessor processor = processor(folder);
        GenerationConfig generation = GenerationConfig.read(folder, Config.read(folder.resolve("config.json"))).orStop(processor.tokenizer(), MiniCpmChatTemplate.TURN_END);
        return new MiniCpm(Loaded.open(folder, MiniCpmModel.NAMES, MiniCpmModel::bind), processor, generation);
    }

    /** The processor of a model folder alone; no weights are opened. */
    public static MiniCpmProcessor processor(Path folder) {
        MiniCpmConfig c = MiniCpmConfig.read(Config.read(folder.resolve("config.json")));
        MiniCpmImageProcessor images = MiniCpmImageProcessor.read(folder);
        images.check(c, folder);
        if (c.audio().numMelBins() != AudioFeatures.BANDS) {
            throw new UnsupportedFeatureException(folder + ": spectrograms of " + c.audio().numMelBins() + " bands are not made; "
                    + AudioFeatures.BANDS + " are");
        }
        Tokenizer tokenizer = Tokenizers.load(folder, TokenizerKind.BPE);
        return new MiniCpmProcessor(tokenizer, images, MarkIds.of(folder.toString(), tokenizer));
    }

    @Override
    protected DecoderConfig text(MiniCpmModel networks) {
        return networks.config().text();
    }

    @Override
    protected MiniCpmInputs prepare(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        return processor.process(past, prompt, options, warnings);
    }

    @Override
    protected Read read(Scope s, MiniCpmModel networks, MiniCpmInputs inputs, PromptOptions options, AnswerOptions answer, BlockHook hook) {
        MiniCpmModel.Output out = networks.with(options.rope()).forward(s, inputs.tensors(s), answer, generation, hook);
        return new Read(inputs.prompt().ids(), out.hiddenStates(), out.answer());
    }
}
