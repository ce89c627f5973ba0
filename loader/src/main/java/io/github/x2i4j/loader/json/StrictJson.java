package io.github.x2i4j.loader.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.base.Utf8;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Path;

/**
 * JSON as RFC 8259 has it and nothing beyond: UTF-8 without byte order mark, no duplicate keys, no trailing bytes, no NaN, bounded
 * nesting.
 */
public final class StrictJson {
    /** Levels of nesting; no configuration or tokenizer comes near it. */
    public static final int DEEPEST = 100;

    /** Values, names and brackets of a text that is read token by token; the largest tokenizers have three million. */
    private static final long MOST_TOKENS = 8_000_000;
    /** Values, names and brackets that are kept in memory as a tree. */
    private static final long MOST_KEPT_TOKENS = 500_000;
    /** Characters of one string; the longest of the published files is a tokenizer's character map of half a million. */
    private static final int LONGEST_STRING = 1 << 24;

    /** Parser on a decoded text: it keeps no table of names, which hundreds of thousands of them would only slow down. */
    private static final JsonFactory STREAM = factory(MOST_TOKENS).disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build();
    private static final JsonMapper MAPPER = JsonMapper.builder(factory(MOST_KEPT_TOKENS).enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectReader WHOLE = MAPPER.reader();
    private static final ObjectReader EXACT = WHOLE.with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final ObjectReader PART = MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private StrictJson() {
    }

    private static JsonFactoryBuilder factory(long mostTokens) {
        return new JsonFactoryBuilder()
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).maxTokenCount(mostTokens)
                        .maxStringLength(LONGEST_STRING).build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);
    }

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws InvalidInputException naming the file and the byte, if it is larger than {@code maxBytes} or anything but such an object
     */
    public static JsonNode object(Path file, int maxBytes) {
        return object(file, InputFiles.readAll(file, maxBytes));
    }

    /** The JSON object in {@code utf8}; {@code file} is named in errors. */
    public static JsonNode object(Path file, byte[] utf8) {
        return object(file, utf8, WHOLE);
    }

    /** {@link #object(Path, int)} with fractions as the file has them, digit for digit. */
    public static JsonNode exactObject(Path file, int maxBytes) {
        return object(file, InputFiles.readAll(file, maxBytes), EXACT);
    }

    /** A value made of maps, lists, numbers and strings as JSON. */
    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    private static JsonNode object(Path file, byte[] utf8, ObjectReader reader) {
        requireUtf8(file, utf8);
        JsonNode node;
        try (JsonParser parser = MAPPER.createParser(utf8)) {
            node = reader.readTree(parser);
        } catch (IOException | IllegalStateException e) {
            throw broken(file, e, e instanceof JsonProcessingException j && j.getLocation() != null ? j.getLocation().getByteOffset() : -1);
        }
        if (node == null || !node.isObject()) {
            throw InputFiles.wrong(file, "expected a JSON object, found "
                    + (node == null || node.isMissingNode() ? "nothing" : node.getNodeType().toString().toLowerCase(java.util.Locale.ROOT)));
        }
        return node;
    }

    /** A parser that does not look for names that stand twice. */
    static JsonParser parser(Reader text) throws IOException {
        return STREAM.createParser(text);
    }

    /** The value that a parser stands at, read to its end and kept as a tree. */
    public static JsonNode value(JsonParser parser) throws IOException {
        return PART.readTree(new JsonParserDelegate(parser) {
            private long tokens;

            @Override
            public JsonToken nextToken() throws IOException {
                if (++tokens > MOST_KEPT_TOKENS) {
                    throw new StreamConstraintsException("a part of more than " + MOST_KEPT_TOKENS + " tokens", currentLocation());
                }
                return delegate.nextToken();
            }
        });
    }

    /** Refuses text that is no UTF-8, begins with a byte order mark, or could be taken for UTF-16. */
    private static void requireUtf8(Path file, byte[] text) {
        for (int i = 0; i < Math.min(4, text.length); i++) {
            if (text[i] == 0) {
                throw InputFiles.wrong(file, "the JSON text has a zero byte at offset " + i + ", expected UTF-8");
            }
        }
        refuseMark(file, text, text.length, 0);
        if (!Utf8.isWellFormed(text)) {
            throw InputFiles.wrong(file, "the JSON text is not UTF-8, first wrong byte near offset " + firstMalformed(text));
        }
    }

    /** Refuses text that begins with a byte order mark. */
    static void refuseMark(Path file, byte[] text, int length, long fileOffset) {
        if (length >= 3 && text[0] == (byte) 0xEF && text[1] == (byte) 0xBB && text[2] == (byte) 0xBF) {
            throw InputFiles.wrong(file, "the JSON text begins with a byte order mark at offset " + fileOffset + "; save it as UTF-8 without one");
        }
    }

    private static int firstMalformed(byte[] text) {
        int good = 0;
        int bad = text.length;
        while (good < bad) { // longest well-formed prefix, up to a character cut in two
            int middle = (good + bad + 1) >>> 1;
            int start = middle;
            while (start > good && start < text.length && (text[start] & 0xC0) == 0x80) {
                start--;
            }
            if (start > good && Utf8.isWellFormed(text, good, start - good)) {
                good = start;
            } else {
                bad = middle - 1;
            }
        }
        return good;
    }

    /** The error for text that the parser refused at byte {@code at} of the file, -1 where that is unknown. */
    static InvalidInputException broken(Path file, Exception e, long at) {
        String why = e.getMessage();
        if (e instanceof JsonProcessingException j) {
            why = j.getOriginalMessage().replaceAll(", from `[^`]*`", "");
        }
        return new InvalidInputException(file + ": not valid JSON" + (at < 0 ? "" : " at byte " + at) + ": " + InputFiles.shown(String.valueOf(why)), e);
    }
}
