package io.github.x2i4j.model.minicpm;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Blocks;
import io.github.x2i4j.model.nn.LayerNorm;
import io.github.x2i4j.model.nn.Linear;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whisper's encoder (arXiv 2212.04356, section 2.2) that hears in chunks: a step sees its own chunk and all before it
 * ({@code MiniCPMWhisperEncoder}), then a projection to the language model's width and an average over pairs of steps
 * ({@code MultiModalProjector}, {@code audio_avg_pooler}).
 */
public final class AudioEncoder {
    private static final String STACK = "apm.layers";
    private static final int KERNEL = 3;
    private static final ConvSpec STRIDE_1 = new ConvSpec(1, 0, 1, 0, 1);
    private static final ConvSpec STRIDE_2 = new ConvSpec(2, 0, 1, 0, 1);

    private final AudioConfig config;
    private final Linear conv1;
    private final Linear conv2;
    private final Tensor positions;
    private final List<EncoderLayer> layers;
    private final LayerNorm layerNorm;
    private final Linear linear1;
    private final Linear linear2;

    private AudioEncoder(Weights apm, Weights projection, AudioConfig c, long textWidth) {
        long d = c.hiddenSize();
        config = c;
        conv1 = convolution(apm.at("conv1"), c.numMelBins(), d);
        conv2 = convolution(apm.at("conv2"), d, d);
        positions = apm.vector("embed_positions.weight", c.maxPositions(), d);
        layers = IntStream.range(0, c.numLayers()).mapToObj(i -> EncoderLayer.bind(apm.at("layers", i), c)).toList();
        layerNorm = LayerNorm.of(apm.at("layer_norm"), d, AudioConfig.LAYER_NORM_EPS);
        linear1 = Linear.of(projection.at("linear1"), d, textWidth);
        linear2 = Linear.of(projection.at("linear2"), textWidth, textWidth);
    }

    /** Weight as a two-dimensional kernel of height 1: [out, in, 1, 3]. */
    private static Linear convolution(Weights w, long in, long out) {
        return new Linear(w.matrix("weight", out, in, KERNEL).reshape(out, in, 1, KERNEL), w.vector("bias", out));
    }

    /**
     * Binds the tensors.
     *
     * @param apm binder of the encoder
     * @param projection binder of {@code linear1} and {@code linear2}
     * @param textWidth width H of the language model
     */
    public static AudioEncoder bind(Weights apm, Weights projection, AudioConfig c, long textWidth) {
        return new AudioEncoder(apm, projection, c, textWidth);
    }

    /**
     * Tokens of one piece of sound.
     *
     * @param mel spectrogram, F32 [bins, F]; shorter pieces of a call are filled up with zeros to the longest, which the
     *     convolutions and, by a quirk of the reference, the layers can see
     * @param frames frames of the piece itself
     * @param hook stands around each layer (stack {@code apm.layers}, one stream: [1, steps, D])
     * @return F32 [tokens, H], or null if the piece is too short for one
     * @throws InvalidInputException if the piece is longer than the encoder has positions
     */
    public Tensor forward(Ops f, Tensor mel, int frames, BlockHook hook) {
        int all = Math.toIntExact(AudioLengths.steps(mel.dim(1)));
        int tokens = Math.toIntExact(AudioLengths.tokens(frames));
        if (all > config.maxPositions()) {
            throw new InvalidInputException("a piece of sound of " + mel.dim(1) + " frames makes " + all + " steps, and the audio encoder has "
                    + config.maxPositions() + " positions; cut it into shorter pieces");
        }
        if (tokens == 0) {
            return null;
        }
        try (Scope s = f.scope()) {
            int[] ends = keysSeen(frames, all);
            Tensor x = embed(s, mel).rows(0, ends.length).reshape(1, ends.length, config.hiddenSize()); // [1, S, D]
            AttentionMask mask = new AttentionMask.Ranges(new int[ends.length], ends);
            x = Blocks.run(s, hook, STACK, layers.size(), List.of(x), (l, i, in) -> List.of(layers.get(i).forward(l, in.getFirst(), mask)))
                    .getFirst();                                                                       // [1, S, D]
            long used = (long) tokens * MiniCpmConfig.POOL;
            x = layerNorm.apply(s, x.reshape(-1, config.hiddenSize()).rows(0, used));                  // [2 tokens, D]
            x = linear2.apply(s, linear1.apply(s, x, Epilogue.of(Activation.RELU)));                   // [2 tokens, H]
            return s.escape(s.mean(x.reshape(tokens, MiniCpmConfig.POOL, x.dim(1)), 1));               // [tokens, H]
        }
    }

    /** [bins, F] -> [steps, D] */
    private Tensor embed(Scope f, Tensor mel) {
        try (Scope s = f.scope()) {
            Tensor x = mel.reshape(1, mel.dim(0), 1, mel.dim(1));                                      // [1, bins, 1, F]
            x = s.conv2d(x, conv1.weight(), conv1.bias(), STRIDE_1, Epilogue.of(Activation.GELU));     // [1, D, 1, F]
            x = s.conv2d(x, conv2.weight(), conv2.bias(), STRIDE_2, Epilogue.of(Activation.GELU));     // [1, D, 1, T]
            x = s.permute(x.reshape(x.dim(1), x.dim(3)), 1, 0);                                        // [T, D]
            return s.escape(s.add(x, positions.rows(0, x.dim(0))));
        }
    }

    /**
     * For each step that a token depends on, how many steps it sees.
     *
     * <p>The reference hides the keys whose number is at least the number of <em>frames</em>, though there is one for two frames. So the
     * steps that stand for no sound are seen by the piece's last chunk as far as the chunk goes.
     *
     * @param all steps of the longest piece
     */
    private int[] keysSeen(int frames, int all) {
        int own = Math.toIntExact(AudioLengths.steps(frames));
        int chunk = config.chunkSteps() == 0 ? all : config.chunkSteps();
        int[] ends = new int[Math.min(Math.min(all, frames), Math.ceilDiv(own, chunk) * chunk)];
        for (int t = 0; t < ends.length; t++) {
            ends[t] = Math.min((t / chunk + 1) * chunk, ends.length);
        }
        return ends;
    }
}
