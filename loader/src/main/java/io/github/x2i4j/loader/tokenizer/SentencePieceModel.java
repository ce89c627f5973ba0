package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.tokenizer.AddedTokens.AddedToken;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads spiece.model (message ModelProto of SentencePiece) and makes of it the tokenizer that transformers makes of it for T5: a
 * unigram model with sentinel tokens at its end in falling order.
 */
final class SentencePieceModel {
    private static final char MARK = '\u2581';
    private static final int UNIGRAM = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;

    private final String file;
    private final Vocabulary vocabulary;
    private final List<AddedToken> added = new ArrayList<>();
    private double[] scores = new double[1024];
    private int unknownId;
    private byte[] charMap = {};
    private boolean dummyPrefix = true;

    private SentencePieceModel(Path path) {
        file = path.toString();
        vocabulary = new Vocabulary(file + ": pieces");
    }

    static Tokenizer read(Path path, TokenizerSettings settings) {
        SentencePieceModel model = new SentencePieceModel(path);
        model.parse(new ProtobufReader(ByteBuffer.wrap(InputFiles.readAll(path, JsonFile.MAX_WHOLE_BYTES)), path.toString()));
        return model.build(path, settings);
    }

    private void parse(ProtobufReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> piece(in.message());
                case 2 -> trainer(in.message());
                case 3 -> normalizer(in.message());
                default -> in.skip();
            }
        }
        if (vocabulary.count() == 0) {
            throw new InvalidInputException(file + ": not a SentencePiece model: it has no pieces");
        }
    }

    private void piece(ProtobufReader in) {
        String text = "";
        float score = 0;
        long type = 1;
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 1 -> text = in.text();
                case 2 -> score = in.float32();
                case 3 -> type = in.integer();
                default -> in.skip();
            }
        }
        if (type == UNKNOWN || type == CONTROL) {
            added.add(AddedToken.special(text, vocabulary.count()));
        }
        add(text, score);
    }

    private void add(String text, double score) {
        int id = vocabulary.count();
        vocabulary.add(text, id);
        if (id == scores.length) {
            scores = Arrays.copyOf(scores, id * 2);
        }
        scores[id] = score;
    }

    private void trainer(ProtobufReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 3 -> {
                    if (in.integer() != UNIGRAM) {
                        throw new UnsupportedFeatureException(file + ": trainer_spec.model_type is not UNIGRAM, the only one that is read");
                    }
                }
                case 35 -> {
                    if (in.integer() != 0) {
                        throw new UnsupportedFeatureException(file + ": trainer_spec.byte_fallback is not read; T5 does not use it");
                    }
                }
                case 40 -> unknownId = Math.clamp(in.integer(), -1, Integer.MAX_VALUE);
                default -> in.skip();
            }
        }
    }

    private void normalizer(ProtobufReader in) {
        for (int field = in.next(); field != 0; field = in.next()) {
            switch (field) {
                case 2 -> {
                    ByteBuffer bytes = in.bytes();
                    charMap = new byte[bytes.remaining()];
                    bytes.get(charMap);
                }
                case 3 -> dummyPrefix = in.integer() != 0;
                default -> in.skip();
            }
        }
    }

    private Tokenizer build(Path path, TokenizerSettings settings) {
        for (int i = settings.extraIds() - 1; i >= 0; i--) {
            String name = "<extra_id_" + i + ">";
            if (vocabulary.id(name) < 0) {
                add(name, 0);
            }
            added.add(AddedToken.special(name, vocabulary.id(name)));
        }
        vocabulary.finish();
        String end = settings.role("eos_token", "</s>");
        int endId = vocabulary.id(end);
        if (endId < 0) {
            throw new InvalidInputException(file + ": pieces have no end token " + Vocabulary.quoted(end));
        }
        Set<Integer> special = added.stream().map(AddedToken::id).collect(Collectors.toSet());
        TokenModel model = new UnigramModel(vocabulary, Arrays.copyOf(scores, vocabulary.count()), unknownId, special::contains,
                file + ": pieces");
        TextNormalizer squeeze = TextNormalizer.sequence(List.of(TextNormalizer.strip(false, true),
                TextNormalizer.replace(new GuardedRegex(" {2,}", "runs of spaces"), String.valueOf(MARK))));
        TextNormalizer normalizer = charMap.length == 0 ? squeeze : TextNormalizer.sequence(
                List.of(new PrecompiledNormalizer(charMap, file + ": normalizer_spec.precompiled_charsmap"), squeeze));
        PreTokenizer.Prepend prepend = dummyPrefix ? PreTokenizer.Prepend.ALWAYS : PreTokenizer.Prepend.NEVER;
        TokenDecoder decoder = TokenDecoder.metaspace(MARK, dummyPrefix);
        int pad = vocabulary.id(settings.role("pad_token", "<pad>"));
        return new PipelineTokenizer(new AddedTokens(added, normalizer, file), PreTokenizer.metaspace(MARK, prepend, true), model,
                new int[0], new int[] {endId}, settings.cleanUp() ? decoder.cleaningUp() : decoder,
                pad < 0 ? OptionalInt.empty() : OptionalInt.of(pad), path);
    }
}
