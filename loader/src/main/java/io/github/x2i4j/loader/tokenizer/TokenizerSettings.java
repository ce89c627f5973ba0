package io.github.x2i4j.loader.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.json.StrictJson;
import io.github.x2i4j.loader.tokenizer.AddedTokens.AddedToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the small files beside a tokenizer say: tokenizer_config.json, special_tokens_map.json and added_tokens.json, each of which
 * may be missing.
 *
 * @param added tokens with ids
 * @param roles tokens by role ({@code pad_token}), without ids (-1)
 * @param cleanUp clean_up_tokenization_spaces
 * @param extraIds number of T5's sentinel tokens, where the files name it
 */
record TokenizerSettings(List<AddedToken> added, Map<String, AddedToken> roles, boolean cleanUp, int extraIds) {
    private static final List<String> ROLES = List.of("bos_token", "eos_token", "unk_token", "pad_token");
    private static final int MAX_BYTES = 8 << 20;
    private static final int EXTRA_IDS = 100;

    static TokenizerSettings read(Path folder) {
        List<AddedToken> added = new ArrayList<>();
        Map<String, AddedToken> roles = new TreeMap<>();
        boolean cleanUp = false;
        int extraIds = EXTRA_IDS;
        for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            JsonFile file = new JsonFile(folder.resolve(name));
            if (!Files.isRegularFile(file.path())) {
                continue;
            }
            JsonNode root = StrictJson.object(file.path(), MAX_BYTES);
            for (Map.Entry<String, JsonNode> e : object(file, root.path("added_tokens_decoder"), "added_tokens_decoder").properties()) {
                String where = "added_tokens_decoder." + e.getKey();
                added.add(token(file, e.getValue(), where, id(file, e.getKey(), where), false));
            }
            for (String role : ROLES) {
                if (root.hasNonNull(role) && !roles.containsKey(role)) {
                    roles.put(role, token(file, root.get(role), role, -1, true));
                }
            }
            cleanUp |= root.path("clean_up_tokenization_spaces").asBoolean(false);
            if (root.hasNonNull("extra_ids")) {
                extraIds = count(file, root.get("extra_ids"), "extra_ids");
            }
        }
        JsonFile file = new JsonFile(folder.resolve("added_tokens.json"));
        if (added.isEmpty() && Files.isRegularFile(file.path())) {
            for (Map.Entry<String, JsonNode> e : StrictJson.object(file.path(), MAX_BYTES).properties()) {
                added.add(AddedToken.special(e.getKey(), number(file, e.getValue(), Vocabulary.quoted(e.getKey()))));
            }
        }
        return new TokenizerSettings(List.copyOf(added), Map.copyOf(roles), cleanUp, extraIds);
    }

    /** Name of the token of a role, or a default (which may be null). */
    String role(String role, String fallback) {
        AddedToken t = roles.get(role);
        return t == null ? fallback : t.content();
    }

    /**
     * Reads a token: a string, or an object with {@code content} and flags.
     *
     * @param special what it is where nothing says
     */
    static AddedToken token(JsonFile file, JsonNode node, String where, int id, boolean special) {
        if (node.isTextual()) {
            return AddedToken.special(node.textValue(), id);
        }
        JsonNode content = node.path("content");
        if (!content.isTextual()) {
            throw file.invalid(where + ".content", "is not a string");
        }
        boolean isSpecial = flag(file, node, where, "special", special);
        return new AddedToken(content.textValue(), id, isSpecial, flag(file, node, where, "normalized", !isSpecial),
                flag(file, node, where, "lstrip", false), flag(file, node, where, "rstrip", false),
                flag(file, node, where, "single_word", false));
    }

    static boolean flag(JsonFile file, JsonNode node, String where, String name, boolean fallback) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return fallback;
        }
        if (!value.isBoolean()) {
            throw file.invalid(where + "." + name, "is not true or false");
        }
        return value.booleanValue();
    }

    /** A token id. */
    static int number(JsonFile file, JsonNode value, String where) {
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw file.invalid(where, "is " + shortened(value) + ", not an id from 0 to 2^31 - 1");
        }
        return value.intValue();
    }

    private static int id(JsonFile file, String text, String where) {
        try {
            int id = Integer.parseInt(text);
            if (id >= 0) {
                return id;
            }
        } catch (NumberFormatException _) {
            // reported below, as a negative one
        }
        throw file.invalid(where, "is not an id from 0 to 2^31 - 1");
    }

    private static int count(JsonFile file, JsonNode value, String where) {
        int n = number(file, value, where);
        if (n > 10_000) {
            throw file.invalid(where, "is " + n + ", at most 10000 are read");
        }
        return n;
    }

    private static JsonNode object(JsonFile file, JsonNode node, String where) {
        if (!node.isObject() && !node.isMissingNode() && !node.isNull()) {
            throw file.invalid(where, "is not an object");
        }
        return node;
    }

    static String shortened(JsonNode value) {
        return InputFiles.shown(value.toString());
    }
}
