/** Multimodal LLMs, AlignNet, FLUX, VAE and the pipelines made of them. */
module io.github.x2i4j.model {
    requires transitive io.github.x2i4j.loader;
    requires com.fasterxml.jackson.databind;
    requires java.desktop;
    requires jdk.management;
    requires jcodec;
    requires jlayer;
    requires jorbis;

    exports io.github.x2i4j.model;
    exports io.github.x2i4j.model.align;
    exports io.github.x2i4j.model.flux;
    exports io.github.x2i4j.model.internvl;
    exports io.github.x2i4j.model.llm;
    exports io.github.x2i4j.model.media;
    exports io.github.x2i4j.model.media.audio;
    exports io.github.x2i4j.model.media.video;
    exports io.github.x2i4j.model.memory;
    exports io.github.x2i4j.model.minicpm;
    exports io.github.x2i4j.model.mllm;
    exports io.github.x2i4j.model.nn;
    exports io.github.x2i4j.model.noise;
    exports io.github.x2i4j.model.pipeline;
    exports io.github.x2i4j.model.prompt;
    exports io.github.x2i4j.model.qwen;
    exports io.github.x2i4j.model.text;
    exports io.github.x2i4j.model.vae;
}
