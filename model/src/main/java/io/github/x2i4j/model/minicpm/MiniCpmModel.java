package io.github.x2i4j.model.minicpm;

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
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.PromptReader;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The networks of MiniCPM-o 2.6 that a prompt is read with ({@code MiniCPMO}): tokens of pictures and sounds take their places among the
 * embeddings of the text, and the decoder runs over all rows once. Every row is read, pads included.
 */
public final class MiniCpmModel {
    /** Names of the original layout. */
    public static final NameMap NAMES = NameMap.IDENTITY;

    /** Pictures that go through the vision tower together; bounds its memory. */
    private static final int PICTURES_AT_ONCE = 4;

    private final MiniCpmConfig config;
    private final VisionTower vision;
    private final Resampler resampler;
    private final AudioEncoder audio;
    private final LanguageModel language;

    private MiniCpmModel(MiniCpmConfig config, VisionTower vision, Resampler resampler, AudioEncoder audio, LanguageModel language) {
        this.config = config;
        this.vision = vision;
        this.resampler = resampler;
        this.audio = audio;
        this.language = language;
    }

    /** Binds the tensors of a checkpoint; those that speak are passed over. */
    public static MiniCpmModel bind(Weights w, Config config) {
        MiniCpmConfig c = MiniCpmConfig.read(config);
        w.ignore("tts.");
        return new MiniCpmModel(c, VisionTower.bind(w.at("vpm"), c.vision()), Resampler.bind(w.at("resampler"), c),
                AudioEncoder.bind(w.at("apm"), w.at("audio_projection_layer"), c.audio(), c.text().hiddenSize()),
                LanguageModel.bind(w.at("llm.model"), w.at("llm"), c.text()));
    }

    public MiniCpmConfig config() {
        return config;
    }

    /** The same networks with rotary frequencies of another precision. */
    public MiniCpmModel with(RopeFrequencies precision) {
        return new MiniCpmModel(config, vision, resampler, audio, language.with(precision));
    }

    /**
     * Pictures and where they go.
     *
     * @param pixels of each, F32 [3, patch, patch * L], L patches row-major
     * @param grids patches of each
     * @param bounds rows of the prompt of each
     */
    public record Pictures(List<Tensor> pixels, List<PatchGrid> grids, List<TokenBounds> bounds) {
        /** None. */
        public static final Pictures NONE = new Pictures(List.of(), List.of(), List.of());
    }

    /**
     * Sounds and where they go.
     *
     * @param features spectrograms of all pieces of all sounds, F32 [P, bins, F], filled up with zeros; or null for none
     * @param frames frames of each piece
     * @param bounds rows of the prompt, which the tokens of all pieces fill one after the other
     */
    public record Sounds(Tensor features, int[] frames, List<TokenBounds> bounds) {
        /** None. */
        public static final Sounds NONE = new Sounds(null, new int[0], List.of());
    }

    /**
     * What the networks are given.
     *
     * @param ids token ids [S]
     */
    public record Input(long[] ids, Pictures pictures, Sounds sounds) {
    }

    /**
     * What they give.
     *
     * @param hiddenStates F32 [L+1, S, H]
     * @param imageEmbeds tokens of the pictures, F32 [n, queries, H], or null for no pictures
     * @param audioEmbeds tokens of the sounds, F32 [tokens, H], or null for no sounds, or none that is long enough for a token
     * @param answer null if none was asked for
     */
    public record Output(Tensor hiddenStates, Tensor imageEmbeds, Tensor audioEmbeds, GreedyDecoder.Answer answer) {
    }

    /** Reads a prompt. */
    public Output forward(Ops f, Input in, BlockHook hook) {
        return forward(f, in, null, null, hook);
    }

    /**
     * Reads a prompt and, where asked, answers it. Pads are read like any other token, so an answer to a padded prompt follows them.
     *
     * @param f owner of the result
     * @param answer how long an answer to decode, or null for none
     * @param generation how to decode it; counts only with an answer
     * @param hook stands around each layer of vision tower, audio encoder and decoder
     * @throws InvalidInputException if places in the prompt do not match the pictures or sounds
     */
    public Output forward(Ops f, Input in, AnswerOptions answer, GenerationConfig generation, BlockHook hook) {
        try (Scope s = f.scope()) {
            Tensor x = language.embed(s, in.ids);                                                      // [S, H]
            Tensor images = in.pictures.pixels.isEmpty() ? null : pictures(s, in.pictures, hook);      // [n, queries, H]
            if (images != null) {
                x = TokenBounds.replace(s, x, in.pictures.bounds, images.reshape(-1, x.dim(1)), "pictures");
            }
            Tensor audios = in.sounds.features == null ? null : sounds(s, in.sounds, hook);            // [tokens, H]
            if (audios != null) {
                x = TokenBounds.replace(s, x, in.sounds.bounds, audios, "sounds");
            }
            long[] all = new long[in.ids.length];
            Arrays.fill(all, 1);
            PaddedPrompt prompt = PaddedPrompt.of(in.ids, all, PadRule.RUNNING_POSITIONS);
            PromptReader.Read read = PromptReader.overColumns(language, prompt, in.ids).read(s, x, answer, generation, hook);
            return new Output(s.escape(read.hiddenStates()), images == null ? null : s.escape(images), audios == null ? null : s.escape(audios),
                    GreedyDecoder.escape(s, read.answer()));
        }
    }

    /** Features of pictures before the resampler: F32 [all patches, D]. */
    public Tensor visionStates(Ops f, Pictures pictures, BlockHook hook) {
        check(pictures);
        return vision.forward(f, pictures.pixels, pictures.grids, hook);
    }

    /** -> [n, queries, H] */
    private Tensor pictures(Ops f, Pictures p, BlockHook hook) {
        check(p);
        try (Scope s = f.scope()) {
            List<Tensor> tokens = new ArrayList<>();
            for (int from = 0; from < p.pixels.size(); from += PICTURES_AT_ONCE) {
                int to = Math.min(from + PICTURES_AT_ONCE, p.pixels.size());
                try (Scope g = s.scope()) {
                    Tensor states = vision.forward(g, p.pixels.subList(from, to), p.grids.subList(from, to), hook); // [patches, D]
                    long row = 0;
                    for (PatchGrid grid : p.grids.subList(from, to)) {
                        tokens.add(g.escape(resampler.forward(g, states.rows(row, row + grid.patches()), grid))
                                .reshape(1, config.queryNum(), config.text().hiddenSize()));           // [1, queries, H]
                        row += grid.patches();
                    }
                }
            }
            return s.escape(s.concat(0, tokens.toArray(Tensor[]::new)));
        }
    }

    private void check(Pictures p) {
        int patch = config.vision().patchSize();
        if (p.grids.size() != p.pixels.size()) {
            throw new InvalidInputException(p.pixels.size() + " pictures and " + p.grids.size() + " sizes");
        }
        for (int i = 0; i < p.grids.size(); i++) {
            Tensor t = p.pixels.get(i);
            if (t.dtype() != DType.F32 || t.rank() != 3 || t.dim(0) != VisionConfig.CHANNELS || t.dim(1) != patch
                    || t.dim(2) != (long) patch * p.grids.get(i).patches()) {
                throw new InvalidInputException("pixels of a picture of " + p.grids.get(i).patches() + " patches are " + t
                        + "; expected F32 [3, " + patch + ", " + patch + " x patches]");
            }
        }
    }

    /** -> [tokens, H], or null if no piece is long enough for a token */
    private Tensor sounds(Ops f, Sounds sounds, BlockHook hook) {
        Tensor mel = sounds.features;
        if (mel.dtype() != DType.F32 || mel.rank() != 3 || mel.dim(0) != sounds.frames.length
                || mel.dim(1) != config.audio().numMelBins()) {
            throw new InvalidInputException("spectrograms of " + sounds.frames.length + " pieces of sound are " + mel + "; expected F32 ["
                    + sounds.frames.length + ", " + config.audio().numMelBins() + ", frames]");
        }
        try (Scope s = f.scope()) {
            List<Tensor> tokens = new ArrayList<>();
            for (int i = 0; i < sounds.frames.length; i++) {
                if (sounds.frames[i] < 1 || sounds.frames[i] > mel.dim(2)) {
                    throw new InvalidInputException("a piece of sound has " + sounds.frames[i] + " frames; the spectrogram has " + mel.dim(2));
                }
                Tensor embeds = audio.forward(s, mel.row(i), sounds.frames[i], hook);                  // [tokens, H]
                if (embeds != null) {
                    tokens.add(embeds);
                }
            }
            return tokens.isEmpty() ? null : s.escape(s.concat(0, tokens.toArray(Tensor[]::new)));
        }
    }
}
