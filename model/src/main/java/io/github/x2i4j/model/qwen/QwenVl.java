package io.github.x2i4j.model.qwen;

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
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A folder of Qwen2.5-VL: processor and networks. */
public final class QwenVl extends LoadedMllm<QwenVlInputs, QwenVlModel> {
    private static final String IMAGE_PLACEHOLDER = "<|image_pad|>";
    private static final String VIDEO_PLACEHOLDER = "<|video_pad|>";

    private final QwenProcessor processor;
    private final GenerationConfig generation;

    private QwenVl(Loaded<QwenVlModel> loaded, QwenProcessor processor, GenerationConfig generation) {
        super(loaded, processor.tokenizer());
        this.processor = processor;
        this.generation = generation;
    }

    /**
     * Opens a model folder; weights are mapped, not read.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming a file, field or tensor that is missing or wrong
     */
    public static QwenVl open(Path folder) {
        Config config = Config.read(folder.resolve("config.json"));
        QwenVlConfig c = QwenVlConfig.read(config);
        QwenProcessor processor = processor(folder, c);
        GenerationConfig generation = GenerationConfig.read(folder, QwenVlConfig.textFields(config));
        return new QwenVl(Loaded.open(folder, QwenVlModel.NAMES, QwenVlModel::bind), processor, generation);
    }

    /** The processor of a model folder alone; no weights are opened. */
    public static QwenProcessor processor(Path folder) {
        return processor(folder, QwenVlConfig.read(Config.read(folder.resolve("config.json"))));
    }

    private static QwenProcessor processor(Path folder, QwenVlConfig c) {
        QwenImageProcessor images = QwenImageProcessor.read(folder);
        images.check(c.vision(), folder);
        Tokenizer tokenizer = Tokenizers.load(folder, TokenizerKind.BPE);
        checkPlaceholder(folder, tokenizer, IMAGE_PLACEHOLDER, "image_token_id", c.imageTokenId());
        checkPlaceholder(folder, tokenizer, VIDEO_PLACEHOLDER, "video_token_id", c.videoTokenId());
        return new QwenProcessor(tokenizer, images, c.imageTokenId(), c.videoTokenId());
    }

    private static void checkPlaceholder(Path folder, Tokenizer tokenizer, String token, String field, long expected) {
        OptionalInt id = tokenizer.id(token);
        if (id.isEmpty() || id.getAsInt() != expected) {
            throw new InvalidInputException(folder + ": the tokenizer's id of " + token + " is " + (id.isEmpty() ? "missing" : id.getAsInt())
                    + ", but " + field + " of config.json is " + expected + "; take both from one model");
        }
    }

    @Override
    protected DecoderConfig text(QwenVlModel networks) {
        return networks.config().text();
    }

    @Override
    protected QwenVlInputs prepare(List<MllmTurn> past, MllmPrompt prompt, PromptOptions options, Consumer<String> warnings) {
        return processor.process(past, prompt, options, warnings);
    }

    @Override
    protected Read read(Scope s, QwenVlModel networks, QwenVlInputs inputs, PromptOptions options, AnswerOptions answer, BlockHook hook) {
        QwenVlModel.Output out = networks.with(options.rope()).forward(s, inputs.tensors(s), answer, generation, hook);
        return new Read(inputs.ids(), out.hiddenStates(), out.answer());
    }
}
