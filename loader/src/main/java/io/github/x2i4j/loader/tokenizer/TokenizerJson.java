package io.github.x2i4j.loader.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.json.StrictJson;
import io.github.x2i4j.loader.tokenizer.AddedTokens.AddedToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * Reads tokenizer.json of the tokenizers library. The vocabulary and the merges, of which there are hundreds of thousands, go from
 * the parser straight into their tables.
 */
final class TokenizerJson {
    private static final Set<String> NODES = Set.of("added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "padding");

    private final JsonFile file;
    private final Map<String, JsonNode> nodes = new HashMap<>();

    /** Whether the file is read a second time, for the merges alone. */
    private boolean again;
    private String type;
    private Vocabulary vocabulary;
    private BpeModel.Merges merges;
    private double[] scores;
    private int unknownId = -1;
    private String unknownToken;
    private String endOfWord = "";
    private boolean wholePieces;

    private TokenizerJson(Path path) {
        file = new JsonFile(path);
    }

    static Tokenizer read(Path path, TokenizerSettings settings, TokenizerKind kind) {
        return new TokenizerJson(path).build(settings, kind);
    }

    private Tokenizer build(TokenizerSettings settings, TokenizerKind kind) {
        readFile();
        if (vocabulary == null) {
            throw file.invalid("model.vocab", "is missing");
        }
        if (scores == null && merges == null) {
            // written before the vocabulary, without which merges cannot be read
            again = true;
            readFile();
        }
        PipelineNodes steps = new PipelineNodes(file);
        List<AddedToken> tokens = addedTokens(settings);
        Set<Integer> special = tokens.stream().filter(AddedToken::special).map(AddedToken::id).collect(Collectors.toSet());
        AddedTokens added = new AddedTokens(tokens, steps.normalizer(nodes.get("normalizer"), "normalizer"), file.path().toString());
        PreTokenizer pieces = steps.preTokenizer(nodes.get("pre_tokenizer"), "pre_tokenizer");
        TokenModel model = model(steps.byteLevel(), special::contains);
        IntList before = new IntList();
        IntList after = new IntList();
        steps.postProcessor(nodes.get("post_processor"), "post_processor", before, after);
        TokenDecoder decoder = steps.decoder(nodes.get("decoder"), "decoder");
        if (kind == TokenizerKind.CLIP && !endOfWord.isEmpty()) {
            decoder = decoder.withWordEnds(endOfWord);
        } else if (settings.cleanUp() && scores != null) {
            decoder = decoder.cleaningUp();
        }
        return new PipelineTokenizer(added, pieces, model, before.toArray(), after.toArray(), decoder, pad(added, model, settings, kind),
                file.path());
    }

    private OptionalInt pad(AddedTokens added, TokenModel model, TokenizerSettings settings, TokenizerKind kind) {
        String name = settings.role("pad_token", switch (kind) {
            case BPE -> null;
            case CLIP -> "<|endoftext|>";
            case T5 -> "<pad>";
        });
        if (name == null) {
            JsonNode padding = nodes.get("padding");
            return padding != null && padding.hasNonNull("pad_id")
                    ? OptionalInt.of(TokenizerSettings.number(file, padding.get("pad_id"), "padding.pad_id")) : OptionalInt.empty();
        }
        int id = added.id(name);
        id = id < 0 ? model.vocabulary().id(name) : id;
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private List<AddedToken> addedTokens(TokenizerSettings settings) {
        List<AddedToken> tokens = new ArrayList<>();
        JsonNode list = nodes.get("added_tokens");
        if (list != null && !list.isNull()) {
            if (!list.isArray()) {
                throw file.invalid("added_tokens", "is not a list");
            }
            for (JsonNode node : list) {
                String where = "added_tokens[" + tokens.size() + "]";
                tokens.add(TokenizerSettings.token(file, node, where, TokenizerSettings.number(file, node.path("id"), where + ".id"), false));
            }
        }
        Set<String> names = tokens.stream().map(AddedToken::content).collect(Collectors.toSet());
        settings.added().stream().filter(t -> !names.contains(t.content())).forEach(tokens::add);
        vocabulary.checkAgrees(tokens);
        return tokens;
    }

    private TokenModel model(boolean byteLevel, IntPredicate special) {
        if (scores != null) {
            if (type != null && !type.equals("Unigram")) {
                throw file.invalid("model.vocab", "is a list, as of a Unigram model, but model.type is " + type);
            }
            return new UnigramModel(vocabulary, scores, unknownId, special, file.path() + ": model.vocab");
        }
        if (type != null && !type.equals("BPE")) {
            throw new UnsupportedFeatureException(file.path() + ": model.type " + Vocabulary.quoted(type)
                    + " is not read, only BPE and Unigram are");
        }
        if (merges == null) {
            throw file.invalid("model.merges", "is missing");
        }
        if (!byteLevel) {
            throw new UnsupportedFeatureException(file.path() + ": the BPE model has no pre_tokenizer of type ByteLevel; only byte-level BPE is read");
        }
        int unknown = unknownToken == null ? -1 : vocabulary.id(unknownToken);
        return new BpeModel(vocabulary, merges, endOfWord, unknown, wholePieces, special, file.path().toString());
    }

    private void readFile() {
        nodes.clear();
        file.read(parser -> {
            file.fields(parser, "the file", field -> {
                if (field.equals("model")) {
                    file.fields(parser, "model", name -> modelField(parser, name));
                } else if (NODES.contains(field)) {
                    if (nodes.put(field, StrictJson.value(parser)) != null) {
                        throw file.invalid(field, "stands twice");
                    }
                } else {
                    parser.skipChildren();
                }
            });
            return null;
        });
    }

    private void modelField(JsonParser parser, String name) throws IOException {
        switch (name) {
            case "type" -> type = parser.getValueAsString();
            case "vocab" -> vocab(parser);
            case "merges" -> merges(parser);
            case "unk_token" -> unknownToken = parser.getValueAsString();
            case "unk_id" -> unknownId = parser.currentToken() == JsonToken.VALUE_NULL ? -1 : (int) id(parser, "model.unk_id");
            case "end_of_word_suffix" -> endOfWord = parser.getValueAsString("");
            case "ignore_merges" -> wholePieces = parser.getValueAsBoolean();
            case "continuing_subword_prefix" -> refuse(!parser.getValueAsString("").isEmpty(), name);
            case "byte_fallback" -> refuse(parser.getValueAsBoolean(), name);
            case "dropout" -> refuse(parser.getValueAsDouble() != 0, name);
            default -> parser.skipChildren();
        }
    }

    private void refuse(boolean used, String name) {
        if (used) {
            throw new UnsupportedFeatureException(file.path() + ": model." + name
                    + " is not read; the byte-level BPE, CLIP and T5 tokenizers do not use it");
        }
    }

    private void vocab(JsonParser parser) throws IOException {
        if (again) {
            parser.skipChildren();
        } else if (vocabulary != null) {
            throw file.invalid("model.vocab", "stands twice");
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            vocabulary = new Vocabulary(file.path() + ": model.vocab");
            scores = new double[1024];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (count == scores.length) {
                    scores = Arrays.copyOf(scores, count * 2);
                }
                String where = "model.vocab[" + count + "]";
                file.expect(parser, JsonToken.START_ARRAY, where, "a pair of a piece and a score");
                parser.nextToken();
                file.expect(parser, JsonToken.VALUE_STRING, where, "a pair of a piece and a score");
                vocabulary.add(parser.getText(), count);
                if (!parser.nextToken().isNumeric()) {
                    throw file.invalid(where, "is not a pair of a piece and a score");
                }
                scores[count++] = parser.getDoubleValue();
                parser.nextToken();
                file.expect(parser, JsonToken.END_ARRAY, where, "a pair of a piece and a score");
            }
            scores = Arrays.copyOf(scores, count);
            vocabulary.finish();
        } else {
            vocabulary = vocabObject(file, parser, "model.vocab");
        }
    }

    /** Reads a map from tokens to ids. */
    static Vocabulary vocabObject(JsonFile file, JsonParser parser, String where) throws IOException {
        Vocabulary out = new Vocabulary(file.path() + ": " + where);
        file.fields(parser, where, token -> {
            if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
                throw file.invalid(where + "." + Vocabulary.quoted(token), "is not an id from 0 to 2^31 - 1");
            }
            out.add(token, id(file, parser, where + "." + Vocabulary.quoted(token)));
        });
        return out.finish();
    }

    private long id(JsonParser parser, String where) throws IOException {
        return id(file, parser, where);
    }

    private static long id(JsonFile file, JsonParser parser, String where) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < 0 || parser.getLongValue() > Integer.MAX_VALUE) {
            throw file.invalid(where, "is not an id from 0 to 2^31 - 1");
        }
        return parser.getLongValue();
    }

    private void merges(JsonParser parser) throws IOException {
        if (vocabulary == null) {
            parser.skipChildren();
            return;
        }
        if (merges != null) {
            throw file.invalid("model.merges", "stands twice");
        }
        file.expect(parser, JsonToken.START_ARRAY, "model.merges", "a list");
        merges = new BpeModel.Merges(vocabulary, file.path() + ": model.merges");
        StringBuilder pair = new StringBuilder();
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() == JsonToken.START_ARRAY) {
                pair.setLength(0);
                pair.append(part(parser, i));
                int middle = pair.length();
                pair.append(part(parser, i));
                parser.nextToken();
                file.expect(parser, JsonToken.END_ARRAY, "model.merges[" + i + "]", "a pair of tokens");
                merges.add(pair, middle, middle);
            } else {
                file.expect(parser, JsonToken.VALUE_STRING, "model.merges[" + i + "]", "a pair of tokens");
                merges.addLine(parser.getText());
            }
        }
    }

    private String part(JsonParser parser, int i) throws IOException {
        parser.nextToken();
        file.expect(parser, JsonToken.VALUE_STRING, "model.merges[" + i + "]", "a pair of tokens");
        return parser.getText();
    }
}
