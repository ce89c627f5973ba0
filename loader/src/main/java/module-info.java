/** Weight files, configuration, tokenizers. */
module io.github.x2i4j.loader {
    requires transitive io.github.x2i4j.engine;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.google.common;

    exports io.github.x2i4j.loader.config;
    exports io.github.x2i4j.loader.json to io.github.x2i4j.app;
    exports io.github.x2i4j.loader.tokenizer;
    exports io.github.x2i4j.loader.weights;
}
