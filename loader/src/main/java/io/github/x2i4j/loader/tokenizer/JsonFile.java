package io.github.x2i4j.loader.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.json.JsonStream;
import java.io.IOException;
import java.nio.file.Path;

/** A JSON file that is read as a stream; what is wrong with it becomes an error that names file and field. */
record JsonFile(Path path) {
    /** Largest tokenizer file; the largest of the published ones has 35 MB. */
    static final int MAX_BYTES = 64 << 20;
    /** Largest merges.txt and spiece.model, which are read as a whole; the largest of the published ones have 5 MB. */
    static final int MAX_WHOLE_BYTES = 16 << 20;

    /** Reads a value that begins at the parser's current token, up to its last token. */
    @FunctionalInterface
    interface Reader<T> {
        T read(JsonParser parser) throws IOException;
    }

    /** Reads the value of a field, at which the parser stands. */
    @FunctionalInterface
    interface FieldReader {
        void read(String field) throws IOException;
    }

    /** Reads the whole file with one reader. */
    <T> T read(Reader<T> reader) {
        try (JsonStream json = JsonStream.open(path, MAX_BYTES)) {
            JsonParser parser = json.parser();
            try {
                parser.nextToken();
                T value = reader.read(parser);
                if (parser.nextToken() != null) {
                    throw invalid("the file", "goes on after the end of the JSON value");
                }
                return value;
            } catch (IOException e) {
                throw json.broken(e);
            }
        }
    }

    /** Calls for every field of the object that the parser stands at. */
    void fields(JsonParser parser, String name, FieldReader body) throws IOException {
        expect(parser, JsonToken.START_OBJECT, name, "an object");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            body.read(field);
        }
    }

    /** Checks the token that the parser stands at. */
    void expect(JsonParser parser, JsonToken token, String name, String what) {
        if (parser.currentToken() != token) {
            throw invalid(name, "is not " + what);
        }
    }

    InvalidInputException invalid(String field, String problem) {
        return InputFiles.wrong(path, field + " " + problem);
    }
}
