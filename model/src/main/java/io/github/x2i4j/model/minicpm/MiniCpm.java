package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import io.github.x2i4j.model.media.audio.AudioFeatures;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A folder of MiniCPM-o 2.6: processor and networks. */
public final class MiniCpm implements Mllm {
    private final Loaded<MiniCpmModel> loaded;
    private final MiniCpmProcessor processor;

    private MiniCpm(Loaded<MiniCpmModel> loaded, MiniCpmProcessor processor) {
        this.loaded = loaded;
        this.processor = processor;
    }

    /**
     * Opens a model folder; weights are mapped, not read.
     *
     * @throws InvalidInputException naming a file, field or tensor that is missing or wrong
     */
    public static MiniCpm open(Path folder) {
        MiniCpmProcessor processor = processor(folder);
        return new MiniCpm(Loaded.open(folder, MiniCpmModel.NAMES, MiniCpmModel::bind), processor);
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
    public int numHiddenStates() {
        return loaded.model().config().text().numHiddenStates();
    }

    @Override
    public int hiddenSize() {
        return loaded.model().config().text().hiddenSize();
    }

    /** @throws UnsupportedFeatureException if an answer is asked for */
    @Override
    public Encoded encode(Ops f, MllmPrompt prompt, PromptOptions options, AnswerOptions answer, BlockHook hook,
            Consumer<String> warnings) {
        if (answer != null) {
            throw new UnsupportedFeatureException("X2I draws from MiniCPM-o's prompt only, not from its answers; ask for no answer, or use "
                    + "a Qwen2.5-VL model");
        }
        MiniCpmInputs inputs = processor.process(prompt, options, warnings);
        try (Scope s = f.scope()) {
            return new Encoded(inputs.prompt().ids(), s.escape(loaded.model().forward(s, inputs.tensors(s), hook).hiddenStates()), null);
        }
    }

    @Override
    public void close() {
        loaded.close();
    }
}
