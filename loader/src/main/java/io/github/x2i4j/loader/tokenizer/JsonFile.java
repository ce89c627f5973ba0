package io.github.x2i4j.loader.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A JSON file that is read as a stream; what is wrong with it becomes an error that names file and place. */
record JsonFile(Path path) {
    /** Largest file; the largest of the published tokenizers has 35 MB. */
    static final long MAX_BYTES = 256L << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** Neither interns nor pools the names of fields: they are the 150,000 tokens. */
    private static final JsonFactory FACTORY = JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES).build().setCodec(MAPPER);

    /** Reads a value that begins at the parser's current token, up to its last token. */
    @FunctionalInterface
    interface Reader<T> {
        T read(JsonParser parser) throws IOException;
    }

    /** Reads the whole file with one reader. */
    <T> T read(Reader<T> reader) {
        checkSize(path, MAX_BYTES);
        try (JsonParser parser = FACTORY.createParser(Files.newBufferedReader(path, StandardCharsets.UTF_8))) {
            parser.nextToken();
            T value = reader.read(parser);
            if (parser.nextToken() != null) {
                throw invalid("", "there is more after the end of the JSON value");
            }
            return value;
        } catch (JsonProcessingException e) {
            String at = e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")";
            throw new InvalidInputException(path + ": not a whole JSON file: " + e.getOriginalMessage() + at, e);
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(path + ": not a JSON file: it is not UTF-8", e);
        } catch (IOException e) {
            throw new InvalidInputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads the whole file as a tree; for small files. */
    JsonNode tree() {
        return read(p -> p.currentToken() == null ? MAPPER.missingNode() : p.readValueAsTree());
    }

    /** Calls for every field of the object that the parser stands at; the body reads the value. */
    void fields(JsonParser parser, String name, FieldReader body) throws IOException {
        expect(parser, JsonToken.START_OBJECT, name, "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            body.read(field);
        }
    }

    /** Reads the value of a field. */
    @FunctionalInterface
    interface FieldReader {
        void read(String field) throws IOException;
    }

    /** Checks the token that the parser stands at. */
    void expect(JsonParser parser, JsonToken token, String name, String what) {
        if (parser.currentToken() != token) {
            throw invalid(name, "is not " + what);
        }
    }

    InvalidInputException invalid(String field, String problem) {
        return new InvalidInputException(path + ": " + field + (field.isEmpty() ? "" : " ") + problem);
    }

    /** Checks that a file is there and not absurdly large. */
    static void checkSize(Path path, long limit) {
        try {
            if (Files.isDirectory(path)) {
                throw new InvalidInputException(path + ": is a folder, expected a file");
            }
            long size = Files.size(path);
            if (size > limit) {
                throw new InvalidInputException(path + ": has " + size + " bytes, a tokenizer file has at most " + limit);
            }
        } catch (NoSuchFileException e) {
            throw new InvalidInputException(path + ": no such file", e);
        } catch (IOException e) {
            throw new InvalidInputException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
