package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.file.Path;

/** Opens tokenizers in the layouts in which checkpoints bring them. */
public final class Tokenizers {
    private Tokenizers() {
    }

    /**
     * Reads a tokenizer.
     *
     * @param path a folder, or the file (tokenizer.json, spiece.model)
     * @throws io.github.x2i4j.engine.InvalidInputException if files are missing or damaged; the message names file and field
     */
    public static Tokenizer load(Path path, TokenizerKind kind) {
        throw new UnsupportedFeatureException(path + ": " + kind + " tokenizers are not read by this version");
    }
}
