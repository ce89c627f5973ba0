package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens tokenizers in the layouts in which checkpoints bring them. */
public final class Tokenizers {
    private Tokenizers() {
    }

    /**
     * Reads a tokenizer. Of a folder, tokenizer.json is read where there is one; else vocab.json and merges.txt (BPE, CLIP) or
     * spiece.model (T5). tokenizer_config.json, special_tokens_map.json and added_tokens.json beside them add what they know.
     *
     * @param path a folder, or the file (tokenizer.json, vocab.json, spiece.model)
     * @throws InvalidInputException if files are missing or damaged; the message names file and field
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException for steps that tokenizers of these kinds do not have
     */
    public static Tokenizer load(Path path, TokenizerKind kind) {
        if (!Files.exists(path)) {
            throw new InvalidInputException(path + ": no such file or folder; expected a tokenizer (" + files(kind) + ")");
        }
        Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        TokenizerSettings settings = TokenizerSettings.read(folder);
        Path file = Files.isDirectory(path) ? find(path, kind) : path;
        String name = file.getFileName().toString();
        if (name.equals("vocab.json") && kind != TokenizerKind.T5) {
            return kind == TokenizerKind.CLIP ? VocabAndMerges.clip(folder, settings) : VocabAndMerges.bpe(folder, settings);
        }
        if (name.endsWith(".model") && kind == TokenizerKind.T5) {
            return SentencePieceModel.read(file, settings);
        }
        if (name.endsWith(".json")) {
            return TokenizerJson.read(file, settings, kind);
        }
        throw new InvalidInputException(path + ": not a tokenizer of kind " + kind + "; expected " + files(kind));
    }

    private static Path find(Path folder, TokenizerKind kind) {
        for (String name : new String[] {"tokenizer.json", kind == TokenizerKind.T5 ? "spiece.model" : "vocab.json"}) {
            if (Files.isRegularFile(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        throw new InvalidInputException(folder + ": this folder holds no tokenizer; expected " + files(kind));
    }

    private static String files(TokenizerKind kind) {
        return kind == TokenizerKind.T5 ? "tokenizer.json or spiece.model" : "tokenizer.json, or vocab.json and merges.txt";
    }
}
