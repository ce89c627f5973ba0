package io.github.x2i4j.loader.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A JSON object with typed access to its fields, such as {@code config.json}. Fields that nobody asks for are ignored; a missing or
 * wrong one is an {@link InvalidInputException} that names file and field. JSON null counts as absent.
 */
public final class Config {
    private static final int MAX_BYTES = 16 << 20;
    private static final int SHORT_LIST = 8;

    private final Path file;
    private final String prefix;
    private final JsonNode node;

    private Config(Path file, String prefix, JsonNode node) {
        this.file = file;
        this.prefix = prefix;
        this.node = node;
    }

    /** Reads a file. */
    public static Config read(Path file) {
        return new Config(file, "", StrictJson.object(file, MAX_BYTES));
    }

    /** Reads a file, or gives null if there is none. */
    public static Config readIfPresent(Path file) {
        return Files.exists(file) ? read(file) : null;
    }

    /** The object in {@code json}; errors name {@code file}, which need not exist. */
    public static Config parse(Path file, String json) {
        return new Config(file, "", StrictJson.object(file, json.getBytes(StandardCharsets.UTF_8)));
    }

    /** The file this was read from. */
    public Path file() {
        return file;
    }

    /** True if the field is there and not null. */
    public boolean has(String field) {
        return node.hasNonNull(field);
    }

    /** Names of all fields, in the order of the file. */
    public List<String> fields() {
        List<String> names = new ArrayList<>();
        for (Iterator<String> i = node.fieldNames(); i.hasNext();) {
            names.add(i.next());
        }
        return names;
    }

    /** An integer that fits an int. */
    public int integer(String field) {
        return asInt(field, required(field));
    }

    public int integer(String field, int otherwise) {
        return has(field) ? integer(field) : otherwise;
    }

    /** An integer of at least {@code min}. */
    public int atLeast(int min, String field) {
        int v = integer(field);
        if (v < min) {
            throw invalid(field, "is " + v + ", expected at least " + min);
        }
        return v;
    }

    /** An integer of at least 1. */
    public int positive(String field) {
        return atLeast(1, field);
    }

    public int positive(String field, int otherwise) {
        return has(field) ? positive(field) : otherwise;
    }

    /** An integer of 1 to {@code max}. */
    public int atMost(int max, String field) {
        int v = positive(field);
        if (v > max) {
            throw invalid(field, "is " + v + ", expected at most " + max);
        }
        return v;
    }

    public int atMost(int max, String field, int otherwise) {
        return has(field) ? atMost(max, field) : otherwise;
    }

    /** A finite number. */
    public double number(String field) {
        return asDouble(field, required(field));
    }

    public double number(String field, double otherwise) {
        return has(field) ? number(field) : otherwise;
    }

    /** A finite number above 0. */
    public double positiveNumber(String field) {
        double v = number(field);
        if (v <= 0) {
            throw invalid(field, "is " + v + ", expected a number above 0");
        }
        return v;
    }

    public double positiveNumber(String field, double otherwise) {
        return has(field) ? positiveNumber(field) : otherwise;
    }

    public boolean flag(String field) {
        JsonNode v = required(field);
        if (!v.isBoolean()) {
            throw wrongType(field, v, "true or false");
        }
        return v.booleanValue();
    }

    public boolean flag(String field, boolean otherwise) {
        return has(field) ? flag(field) : otherwise;
    }

    public String text(String field) {
        return asText(field, required(field));
    }

    public String text(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    /** One of the given strings. */
    public String oneOf(String field, String... allowed) {
        String v = text(field);
        if (!Arrays.asList(allowed).contains(v)) {
            throw invalid(field, "is \"" + InputFiles.shown(v) + "\", expected one of " + String.join(", ", allowed));
        }
        return v;
    }

    public int[] integers(String field) {
        JsonNode v = array(field);
        int[] out = new int[v.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = asInt(field + "[" + i + "]", v.get(i));
        }
        return out;
    }

    public int[] integers(String field, int[] otherwise) {
        return has(field) ? integers(field) : otherwise;
    }

    public double[] numbers(String field) {
        JsonNode v = array(field);
        double[] out = new double[v.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = asDouble(field + "[" + i + "]", v.get(i));
        }
        return out;
    }

    public double[] numbers(String field, double[] otherwise) {
        return has(field) ? numbers(field) : otherwise;
    }

    public List<String> texts(String field) {
        JsonNode v = array(field);
        List<String> out = new ArrayList<>(v.size());
        for (int i = 0; i < v.size(); i++) {
            out.add(asText(field + "[" + i + "]", v.get(i)));
        }
        return out;
    }

    public List<String> texts(String field, List<String> otherwise) {
        return has(field) ? texts(field) : otherwise;
    }

    /** A nested object. */
    public Config object(String field) {
        JsonNode v = required(field);
        if (!v.isObject()) {
            throw wrongType(field, v, "an object");
        }
        return new Config(file, prefix + field + ".", v);
    }

    /** A nested object, or null if the field is absent. */
    public Config objectOrNull(String field) {
        return has(field) ? object(field) : null;
    }

    /** A list of objects. */
    public List<Config> objects(String field) {
        JsonNode v = array(field);
        List<Config> out = new ArrayList<>(v.size());
        for (int i = 0; i < v.size(); i++) {
            String name = field + "[" + i + "]";
            if (!v.get(i).isObject()) {
                throw wrongType(name, v.get(i), "an object");
            }
            out.add(new Config(file, prefix + name + ".", v.get(i)));
        }
        return out;
    }

    /** True if the field is a whole number, a list and so on, for fields that come in several forms. */
    public boolean isInteger(String field) {
        return has(field) && node.get(field).isIntegralNumber();
    }

    public boolean isText(String field) {
        return has(field) && node.get(field).isTextual();
    }

    public boolean isArray(String field) {
        return has(field) && node.get(field).isArray();
    }

    /** True if the field is a list of nothing but nulls, as pipelines have it for a part that is absent. */
    public boolean isListOfNulls(String field) {
        return isArray(field) && StreamSupport.stream(node.get(field).spliterator(), false).allMatch(JsonNode::isNull);
    }

    public boolean isObject(String field) {
        return has(field) && node.get(field).isObject();
    }

    /**
     * Scalars and short lists of scalars as text, those of nested objects named {@code outer.inner}: what a person wants to see of a
     * configuration. At most {@code limit} of them.
     */
    public Map<String, String> summary(int limit) {
        Map<String, String> out = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            String name = InputFiles.shown(prefix + e.getKey());
            JsonNode v = e.getValue();
            if (out.size() >= limit) {
                break;
            }
            if (v.isObject()) {
                out.putAll(object(e.getKey()).summary(limit - out.size()));
            } else if (v.isArray()) {
                if (v.size() <= SHORT_LIST && StreamSupport.stream(v.spliterator(), false).allMatch(JsonNode::isValueNode)) {
                    out.put(name, StreamSupport.stream(v.spliterator(), false).map(x -> InputFiles.shown(x.asText())).collect(
                            Collectors.joining(", ", "[", "]")));
                }
            } else if (!v.isNull()) {
                out.put(name, InputFiles.shown(v.asText()));
            }
        }
        return out;
    }

    /** The error for a field: {@code FILE: field NAME problem}. */
    public InvalidInputException invalid(String field, String problem) {
        return new InvalidInputException(message(field, problem));
    }

    /** The error for a field that asks for what is not there: {@code FILE: field NAME problem}. */
    public UnsupportedFeatureException unsupported(String field, String problem) {
        return new UnsupportedFeatureException(message(field, problem));
    }

    private String message(String field, String problem) {
        return file + ": field " + InputFiles.shown(prefix + field) + " " + InputFiles.line(problem);
    }

    private JsonNode required(String field) {
        JsonNode v = node.get(field);
        if (v == null || v.isNull()) {
            throw invalid(field, "is missing");
        }
        return v;
    }

    private JsonNode array(String field) {
        JsonNode v = required(field);
        if (!v.isArray()) {
            throw wrongType(field, v, "a list");
        }
        return v;
    }

    private int asInt(String field, JsonNode v) {
        if (!v.isIntegralNumber()) {
            throw wrongType(field, v, "a whole number");
        }
        if (!v.canConvertToInt()) {
            throw invalid(field, "is " + shown(v) + ", which is out of range");
        }
        return v.intValue();
    }

    private double asDouble(String field, JsonNode v) {
        if (!v.isNumber()) {
            throw wrongType(field, v, "a number");
        }
        double d = v.doubleValue();
        if (!Double.isFinite(d)) {
            throw invalid(field, "is out of range");
        }
        return d;
    }

    private String asText(String field, JsonNode v) {
        if (!v.isTextual()) {
            throw wrongType(field, v, "a string");
        }
        return v.textValue();
    }

    private InvalidInputException wrongType(String field, JsonNode v, String expected) {
        return invalid(field, "is " + shown(v) + ", expected " + expected);
    }

    private static String shown(JsonNode v) {
        return switch (v.getNodeType()) {
            case OBJECT -> "an object";
            case ARRAY -> "a list";
            case STRING -> "\"" + InputFiles.shown(v.textValue()) + "\"";
            default -> InputFiles.shown(v.asText());
        };
    }

    @Override
    public String toString() {
        return file + (prefix.isEmpty() ? "" : " " + prefix.substring(0, prefix.length() - 1));
    }
}
