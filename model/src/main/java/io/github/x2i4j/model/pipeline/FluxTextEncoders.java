package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.tokenizer.Encoding;
import io.github.x2i4j.loader.tokenizer.MarkedText;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.pipeline.FluxParts.Part;
import io.github.x2i4j.model.text.ClipTextEncoder;
import io.github.x2i4j.model.text.T5Encoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * FLUX's own way from text to embeddings (FluxPipeline.encode_prompt): CLIP gives the pooled vector, T5 a row for each token, its
 * padding included. Each encoder opens its weights when it begins and closes them when it ends.
 */
final class FluxTextEncoders {
    private static final int SHOWN = 60;

    private final FluxParts flux;
    private final Parts parts;
    /** Read once: they are small beside the networks, and slow to read. */
    private final Map<TokenizerKind, Tokenizer> tokenizers = new ConcurrentHashMap<>();

    /** @param parts opens the weights and says how long they stay; closed by its owner */
    FluxTextEncoders(FluxParts flux, Parts parts) {
        this.flux = flux;
        this.parts = parts;
    }

    /**
     * A text for each of the two encoders.
     *
     * @param name how warnings call it, such as {@code prompt}
     */
    record Text(String name, String clip, String t5) {
    }

    /** Embeddings of each text. */
    List<TextEmbeddings> encode(Ops f, List<Text> texts, int maxSequenceLength, Progress progress) {
        List<Tensor> pooled = clip(f, texts, progress);
        List<Tensor> rows = t5(f, texts, maxSequenceLength, progress);
        List<TextEmbeddings> all = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            all.add(new TextEmbeddings(rows.get(i), pooled.get(i)));
        }
        return all;
    }

    private List<Tensor> clip(Ops f, List<Text> texts, Progress progress) {
        progress.stage("read text (CLIP)", 0);
        progress.check();
        Tokenizer tokenizer = tokenizer(TokenizerKind.CLIP, Part.CLIP_TOKENIZER);
        List<Tensor> pooled = new ArrayList<>();
        try (Parts.Use<ClipTextEncoder> use = parts.network("text_encoder",
                () -> Loaded.open(flux.part(Part.CLIP), ClipTextEncoder.NAMES, ClipTextEncoder::of))) {
            ClipTextEncoder encoder = use.part();
            for (Text t : texts) {
                // the pooled position comes before the padding and sees nothing behind it
                long[][] ids = {ids(tokenizer, "CLIP", t.name, t.clip, encoder.maxPositionEmbeddings(), false, progress)};
                pooled.add(encoder.forward(f, ids, progress.hook()).poolerOutput());       // [1, P]
            }
        }
        return pooled;
    }

    private List<Tensor> t5(Ops f, List<Text> texts, int maxSequenceLength, Progress progress) {
        progress.stage("read text (T5)", 0);
        progress.check();
        Tokenizer tokenizer = tokenizer(TokenizerKind.T5, Part.T5_TOKENIZER);
        List<Tensor> rows = new ArrayList<>();
        try (Parts.Use<T5Encoder> use = parts.network("text_encoder_2",
                () -> Loaded.open(flux.part(Part.T5), T5Encoder.NAMES, T5Encoder::of))) {
            for (Text t : texts) {
                long[][] ids = {ids(tokenizer, "T5", t.name, t.t5, maxSequenceLength, true, progress)};
                rows.add(use.part().forward(f, ids, progress.hook()));                 // [1, T, J]
            }
        }
        return rows;
    }

    private Tokenizer tokenizer(TokenizerKind kind, Part part) {
        return tokenizers.computeIfAbsent(kind, k -> Tokenizers.load(flux.part(part), k));
    }

    static long[] ids(Tokenizer tokenizer, String reader, String name, String text, int maxLength, boolean pad,
            Progress progress) {
        Encoding e = tokenizer.encode(MarkedText.of(text), true, maxLength, pad);
        if (e.isCut()) {
            String cut = e.cutText().strip();
            progress.warning(reader + " reads at most " + maxLength + " tokens: it did not read the last " + e.cutTokens()
                    + " tokens of the " + name + ", from \"" + (cut.length() > SHOWN ? cut.substring(0, SHOWN) + "..." : cut) + "\" on");
        }
        long[] ids = new long[e.ids().length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = e.ids()[i];
        }
        return ids;
    }
}
