package io.github.x2i4j.bench;

import io.github.x2i4j.engine.AttentionMask;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.measure.Workload;
import io.github.x2i4j.model.llm.DecoderConfig;
import io.github.x2i4j.model.llm.KeysSeen;
import io.github.x2i4j.model.llm.LanguageModel;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Some layers of the language model of Qwen2.5-VL at its real width: a prompt, or the next token after one with its scores. All
 * layers are alike, so the whole model takes {@link Size#layers} / {@value #LAYERS} of the layers' time.
 */
final class QwenLayers extends Stage {
    static final int LAYERS = 8;
    private static final int SMALL = 10;
    private static final int HEAD = 128;

    /** A published model: layers, width of the hidden states and of what lies between, heads, tokens. */
    enum Size {
        QWEN_3B(36, 2048, 11008, 16, 2, 151_936, true),
        QWEN_7B(28, 3584, 18944, 28, 4, 152_064, false);

        final int layers;
        final int hidden;
        final int between;
        final int heads;
        final int keyHeads;
        final int vocabulary;
        final boolean tied;

        Size(int layers, int hidden, int between, int heads, int keyHeads, int vocabulary, boolean tied) {
            this.layers = layers;
            this.hidden = hidden;
            this.between = between;
            this.heads = heads;
            this.keyHeads = keyHeads;
            this.vocabulary = vocabulary;
            this.tied = tied;
        }
    }

    private final Size size;
    private final boolean decode;
    private final int prompt;
    private final DType dtype;
    private final DecoderConfig config;
    private LanguageModel model;
    private KeysSeen.KeyValue[] past;
    private Tensor x;

    /**
     * @param size whose layers
     * @param decode the next token and its scores, or the prompt
     * @param prompt tokens of the prompt
     */
    QwenLayers(Size size, boolean decode, int prompt, DType dtype) {
        this.size = size;
        this.decode = decode;
        this.prompt = prompt;
        this.dtype = dtype;
        config = new DecoderConfig(size.hidden, LAYERS, size.heads, size.keyHeads, HEAD, size.between, decode ? size.vocabulary : 1, 1e-6f,
                1e6, new int[] {16, 24, 24}, Integer.MAX_VALUE, true, size.tied);
    }

    private double layerWeights() {
        double hidden = size.hidden;
        return LAYERS * (2 * hidden * hidden + 2 * hidden * size.keyHeads * HEAD + 3 * hidden * size.between)
                + (decode ? hidden * size.vocabulary : 0);
    }

    @Override
    public double flops() {
        return decode ? 2 * layerWeights() : 2 * prompt * layerWeights() + LAYERS * 2.0 * prompt * prompt * size.hidden;
    }

    @Override
    public double bytes() {
        return dtype.bytes((long) layerWeights());
    }

    @Override
    void bind(Scope f) {
        RandomWeights w = new RandomWeights(f, dtype);
        model = LanguageModel.bind(w, w, config);
        x = Workload.random(f, 1, decode ? 1 : prompt, config.hiddenSize());
        past = new KeysSeen.KeyValue[LAYERS];
        if (decode) {
            int width = config.numKeyValueHeads() * config.headDim();
            Arrays.setAll(past, i -> new KeysSeen.KeyValue(Workload.random(f, 1, prompt, width), Workload.random(f, 1, prompt, width)));
        }
    }

    /** Keys and values before the pass, then those of the pass. */
    private KeysSeen keys() {
        return new KeysSeen() {
            @Override
            public AttentionMask mask() {
                return new AttentionMask.Causal(decode ? prompt : 0);
            }

            @Override
            public KeyValue see(Scope s, int layer, KeyValue own) {
                KeyValue before = past[layer];
                return before == null ? own
                        : new KeyValue(s.concat(0, before.keys(), own.keys()), s.concat(0, before.values(), own.values()));
            }
        };
    }

    private Tensor forward(Ops f, Tensor rows) {
        int n = (int) rows.dim(0);
        long[] positions = IntStream.range(0, n).mapToLong(i -> (decode ? prompt : 0) + i).toArray();
        Tensor states = model.forward(f, rows, new long[][] {positions, positions, positions}, keys(), BlockHook.NONE);
        Tensor last = states.row(LAYERS).reshape(n, config.hiddenSize());
        return decode ? f.floats(model.logits(f, last.row(0)), size.vocabulary) : last;
    }

    @Override
    Tensor runSmall(Ops f) {
        return forward(f, decode ? x : f.slice(x, 0, 0, SMALL));
    }

    @Override
    public Tensor run(Ops f) {
        return forward(f, x);
    }
}
