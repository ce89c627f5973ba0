package io.github.x2i4j.model.internvl;

import io.github.x2i4j.engine.DType;
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
 * The networks of InternVL2.5 (arXiv 2412.05271, section 3.1; {@code InternVLChatModel} as X2I changed it): tokens of a picture's tiles
 * take the places of their placeholders among the embeddings of the text, and the decoder runs over all columns once.
 */
public final class InternVlModel {
    /** Names of the original layout. */
    public static final NameMap NAMES = NameMap.IDENTITY;

    private final InternVlConfig config;
    private final VisionTower vision;
    private final Projector projector;
    private final LanguageModel language;

    private InternVlModel(InternVlConfig config, VisionTower vision, Projector projector, LanguageModel language) {
        this.config = config;
        this.vision = vision;
        this.projector = projector;
        this.language = language;
    }

    /** Binds the tensors of a checkpoint. */
    public static InternVlModel bind(Weights w, Config config) {
        InternVlConfig c = InternVlConfig.read(config);
        Weights llm = w.at("language_model");
        return new InternVlModel(c, VisionTower.bind(w.at("vision_model"), c.vision()),
                Projector.bind(w.at("mlp1"), c.vision().hiddenSize(), c.text().hiddenSize()),
                LanguageModel.bind(llm.at("model"), llm, c.text()));
    }

    public InternVlConfig config() {
        return config;
    }

    /** The same networks with rotary frequencies of another precision. */
    public InternVlModel with(RopeFrequencies precision) {
        return new InternVlModel(config, vision, projector, language.with(precision));
    }

    /**
     * What the networks are given.
     *
     * @param ids token ids [S], pads included
     * @param attentionMask [S], 0 for pads
     * @param pixels tiles F32 [B, 3, side, side], or null for no picture
     * @param imageTokenId id that stands for one token of the picture
     */
    public record Input(long[] ids, long[] attentionMask, Tensor pixels, long imageTokenId) {
        public Input {
            if (ids.length == 0 || ids.length != attentionMask.length) {
                throw new IllegalArgumentException(ids.length + " ids and a mask of " + attentionMask.length);
            }
        }
    }

    /**
     * What they give.
     *
     * @param hiddenStates F32 [L+1, S, H], pad rows included
     * @param vitEmbeds tokens of the tiles, F32 [B, n, H], or null
     * @param answer null if none was asked for
     */
    public record Output(Tensor hiddenStates, Tensor vitEmbeds, GreedyDecoder.Answer answer) {
    }

    /** Reads a prompt. */
    public Output forward(Ops f, Input in, BlockHook hook) {
        return forward(f, in, null, null, hook);
    }

    /**
     * Reads a prompt and, where asked, answers it.
     *
     * @param f owner of the result
     * @param answer how long an answer to decode, or null for none
     * @param generation how to decode it; counts only with an answer
     * @param hook stands around each layer of vision tower and decoder
     * @throws InvalidInputException if placeholders and tokens of the picture do not match
     */
    public Output forward(Ops f, Input in, AnswerOptions answer, GenerationConfig generation, BlockHook hook) {
        try (Scope s = f.scope()) {
            PaddedPrompt prompt = PaddedPrompt.of(in.ids, in.attentionMask, PadRule.RUNNING_POSITIONS);
            long[] ids = prompt.select(in.ids);
            Tensor x = language.embed(s, ids);                                                         // [S, H]
            Tensor embeds = in.pixels == null ? null : picture(s, in.pixels, hook);                    // [B, n, H]
            if (embeds != null) {
                x = Placeholders.replace(s, x, ids, in.imageTokenId, embeds.reshape(-1, config.text().hiddenSize()));
            }
            PromptReader.Read read = PromptReader.overColumns(language, prompt, in.ids).read(s, x, answer, generation, hook);
            return new Output(s.escape(read.hiddenStates()), embeds == null ? null : s.escape(embeds), GreedyDecoder.escape(s, read.answer()));
        }
    }

    /** [B, 3, side, side] -> [B, n, H] */
    private Tensor picture(Ops f, Tensor pixels, BlockHook hook) {
        int unit = config.vision().patchSize() * InternVlConfig.MERGE;
        if (pixels.dtype() != DType.F32 || pixels.rank() != 4 || pixels.dim(1) != VisionConfig.CHANNELS || pixels.dim(2) != pixels.dim(3)
                || pixels.dim(2) < unit || pixels.dim(2) % unit != 0) {
            throw new InvalidInputException("pixels are " + pixels + "; expected F32 [tiles, 3, side, side] with sides a multiple of " + unit);
        }
        try (Scope s = f.scope()) {
            return s.escape(projector.forward(s, vision.forward(s, pixels, hook)));
        }
    }
}
