package io.github.x2i4j.model.llm;

import io.github.x2i4j.model.nn.FakeWeights;

/** A decoder small enough for tests, with grouped queries and positions on three axes. */
final class TinyDecoder {
    static final DecoderConfig CONFIG = new DecoderConfig(12, 3, 4, 2, 6, 20, 30, 1e-6f, 10000, new int[] {1, 1, 1}, 1000, true,
            false);

    private TinyDecoder() {
    }

    static LanguageModel model() {
        FakeWeights w = FakeWeights.random();
        w.matrix("lm_head.weight", CONFIG.vocabSize(), CONFIG.hiddenSize());
        return LanguageModel.bind(w.at("model"), w, CONFIG);
    }
}
