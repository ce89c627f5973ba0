package io.github.x2i4j.model.qwen;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.llm.GreedyDecoder;
import io.github.x2i4j.model.llm.LanguageModel;
import io.github.x2i4j.model.llm.PadRule;
import io.github.x2i4j.model.llm.PaddedPrompt;
import io.github.x2i4j.model.llm.Placeholders;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.PromptReader;
import io.github.x2i4j.model.nn.BlockHook;

/**
 * The networks of Qwen2.5-VL: tokens of pictures and videos take the places of their placeholders among the embeddings of the
 * text, and the decoder runs over all (transformers {@code Qwen2_5_VLForConditionalGeneration}).
 */
public final class QwenVlModel {
    /** Dialects of tensor names: {@code visual.} and {@code model.} are {@code model.visual.} and {@code model.language_model.} in newer files. */
    public static final NameMap NAMES = QwenNames.MAP;

    private final QwenVlConfig config;
    private final VisionTower visual;
    private final LanguageModel language;

    private QwenVlModel(QwenVlConfig config, VisionTower visual, LanguageModel language) {
        this.config = config;
        this.visual = visual;
        this.language = language;
    }

    /** Binds the tensors of a checkpoint, seen through {@link #NAMES}. */
    public static QwenVlModel bind(Weights w, Config config) {
        QwenVlConfig c = QwenVlConfig.read(config);
        return new QwenVlModel(c, VisionTower.bind(w.at("visual"), c.vision()), LanguageModel.bind(w.at("model"), w, c.text()));
    }

    public QwenVlConfig config() {
        return config;
    }

    /** The same networks with rotary frequencies of another precision. */
    public QwenVlModel with(RopeFrequencies precision) {
        return new QwenVlModel(config, visual.with(precision), language.with(precision));
    }

    /**
     * What the networks are given.
     *
     * @param ids token ids [S], pads included
     * @param attentionMask [S], 0 for pads
     * @param secondsPerGrid seconds between two steps in time, for each video
     */
    public record Input(long[] ids, long[] attentionMask, VisionInput images, VisionInput videos, float[] secondsPerGrid) {
        public Input {
            if (ids.length == 0 || ids.length != attentionMask.length || secondsPerGrid.length != videos.grids().size()) {
                throw new IllegalArgumentException(ids.length + " ids, a mask of " + attentionMask.length + ", "
                        + videos.grids().size() + " videos with " + secondsPerGrid.length + " rates");
            }
        }
    }

    /**
     * What they give.
     *
     * @param hiddenStates F32 [L+1, S, H], pad rows included
     * @param position where each token stands
     * @param imageEmbeds F32 [image tokens, H], or null
     * @param videoEmbeds F32 [video tokens, H], or null
     * @param answer null if none was asked for
     */
    public record Output(Tensor hiddenStates, RopeIndex position, Tensor imageEmbeds, Tensor videoEmbeds, GreedyDecoder.Answer answer) {
    }

    /**
     * Reads a prompt and, where asked, answers it.
     *
     * @param f owner of the result
     * @param answer how long an answer to decode, or null for none
     * @param generation how to decode it
     * @param hook stands around each block of vision tower and decoder
     * @throws InvalidInputException if placeholders and pictures do not match
     */
    public Output forward(Ops f, Input in, AnswerOptions answer, GenerationConfig generation, BlockHook hook) {
        RopeIndex position = RopeIndex.of(in.ids, in.attentionMask, config, in.images.grids(), in.videos.grids(), in.secondsPerGrid);
        try (Scope s = f.scope()) {
            PaddedPrompt prompt = PaddedPrompt.of(in.ids, in.attentionMask, PadRule.SHARED_POSITION);
            long[] ids = prompt.select(in.ids);
            Tensor x = language.embed(s, ids);                                                         // [rows, H]
            Tensor imageEmbeds = vision(s, in.images, hook);                                           // [image tokens, H]
            Tensor videoEmbeds = vision(s, in.videos, hook);                                           // [video tokens, H]
            x = splice(s, x, ids, config.imageTokenId(), imageEmbeds);
            x = splice(s, x, ids, config.videoTokenId(), videoEmbeds);
            long end = position.ropeDelta() + in.ids.length;
            PromptReader.Read read = new PromptReader(language, prompt, in.ids, position.positions(), end, end)
                    .read(s, x, answer, generation, hook);
            return new Output(s.escape(read.hiddenStates()), position, escape(s, imageEmbeds), escape(s, videoEmbeds),
                    GreedyDecoder.escape(s, read.answer()));
        }
    }

    private Tensor vision(Ops f, VisionInput in, BlockHook hook) {
        in.check(config.vision());
        return in.isEmpty() ? null : visual.forward(f, in.pixels(), in.grids(), hook);
    }

    private static Tensor splice(Ops f, Tensor x, long[] ids, long placeholder, Tensor embeds) {
        return embeds == null ? x : Placeholders.replace(f, x, ids, placeholder, embeds);
    }

    private static Tensor escape(Scope s, Tensor t) {
        return t == null ? null : s.escape(t);
    }
}
