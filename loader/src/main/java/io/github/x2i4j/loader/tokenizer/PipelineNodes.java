package io.github.x2i4j.loader.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.BiFunction;

/** Makes the steps of a tokenizer out of the nodes of tokenizer.json. */
final class PipelineNodes {
    /** Steps of a sequence, and tokens around a text, at most; published tokenizers have a handful. */
    private static final int MOST = 1024;

    private final JsonFile file;
    private boolean byteLevel;

    PipelineNodes(JsonFile file) {
        this.file = file;
    }

    /** Whether a pre-tokenizer said that the model takes bytes. */
    boolean byteLevel() {
        return byteLevel;
    }

    TextNormalizer normalizer(JsonNode node, String where) {
        if (absent(node)) {
            return TextNormalizer.NONE;
        }
        return switch (type(node, where)) {
            case "Sequence" -> TextNormalizer.sequence(list(node, "normalizers", where, this::normalizer));
            case "NFC" -> TextNormalizer.unicode(Normalizer.Form.NFC);
            case "NFD" -> TextNormalizer.unicode(Normalizer.Form.NFD);
            case "NFKC" -> TextNormalizer.unicode(Normalizer.Form.NFKC);
            case "NFKD" -> TextNormalizer.unicode(Normalizer.Form.NFKD);
            case "Lowercase" -> TextNormalizer.lowercase();
            case "Strip" -> TextNormalizer.strip(flag(node, "strip_left", where, true), flag(node, "strip_right", where, true));
            case "Replace" -> TextNormalizer.replace(pattern(node, where), text(node, "content", where));
            case "Prepend" -> TextNormalizer.prepend(text(node, "prepend", where));
            case "Precompiled" -> absent(node.path("precompiled_charsmap")) ? TextNormalizer.NONE
                    : new PrecompiledNormalizer(base64(node, "precompiled_charsmap", where), file.path() + ": " + where + ".precompiled_charsmap");
            default -> throw unknown(node, where);
        };
    }

    PreTokenizer preTokenizer(JsonNode node, String where) {
        if (absent(node)) {
            return PreTokenizer.sequence(List.of());
        }
        return switch (type(node, where)) {
            case "Sequence" -> PreTokenizer.sequence(list(node, "pretokenizers", where, this::preTokenizer));
            case "WhitespaceSplit" -> PreTokenizer.whitespaceSplit();
            case "Split" -> {
                boolean invert = flag(node, "invert", where, false);
                yield switch (text(node, "behavior", where)) {
                    case "Isolated" -> PreTokenizer.regex(pattern(node, where), true, true);
                    case "Removed" -> PreTokenizer.regex(pattern(node, where), invert, !invert);
                    case String other -> throw new UnsupportedFeatureException(file.path() + ": " + where + ".behavior " + other
                            + " is not read, only Isolated and Removed are");
                };
            }
            case "ByteLevel" -> {
                byteLevel = true;
                List<PreTokenizer> steps = new ArrayList<>();
                if (flag(node, "add_prefix_space", where, true)) {
                    steps.add(PreTokenizer.prefixSpace());
                }
                if (flag(node, "use_regex", where, true)) {
                    steps.add(PreTokenizer.regex(new GuardedRegex(PreTokenizer.GPT2_REGEX, "GPT-2's splitting"), true, true));
                }
                yield PreTokenizer.sequence(steps);
            }
            case "Metaspace" -> PreTokenizer.metaspace(mark(node, where), prepend(node, where), flag(node, "split", where, true));
            default -> throw unknown(node, where);
        };
    }

    TokenDecoder decoder(JsonNode node, String where) {
        if (absent(node)) {
            return TokenDecoder.spaced();
        }
        return switch (type(node, where)) {
            case "ByteLevel" -> TokenDecoder.byteLevel();
            case "Metaspace" -> TokenDecoder.metaspace(mark(node, where), prepend(node, where) != PreTokenizer.Prepend.NEVER);
            default -> throw unknown(node, where);
        };
    }

    /** Adds the ids that stand around a text. */
    void postProcessor(JsonNode node, String where, IntList before, IntList after) {
        if (absent(node)) {
            return;
        }
        switch (type(node, where)) {
            case "ByteLevel" -> {
                // changes offsets only
            }
            case "Sequence" -> list(node, "processors", where, (n, w) -> {
                postProcessor(n, w, before, after);
                return n;
            });
            case "RobertaProcessing", "BertProcessing" -> {
                before.add(TokenizerSettings.number(file, node.path("cls").path(1), where + ".cls[1]"));
                after.add(TokenizerSettings.number(file, node.path("sep").path(1), where + ".sep[1]"));
            }
            case "TemplateProcessing" -> template(node, where, before, after);
            default -> throw unknown(node, where);
        }
    }

    private void template(JsonNode node, String where, IntList before, IntList after) {
        boolean seen = false;
        for (JsonNode item : array(node, "single", where)) {
            if (item.has("Sequence")) {
                if (seen) {
                    throw file.invalid(where + ".single", "holds the text twice");
                }
                seen = true;
                continue;
            }
            String name = item.path("SpecialToken").path("id").asText(null);
            JsonNode ids = name == null ? item : node.path("special_tokens").path(name).path("ids");
            if (name == null || !ids.isArray()) {
                throw file.invalid(where + ".single", "names a token without ids in special_tokens: " + TokenizerSettings.shortened(item));
            }
            for (JsonNode id : ids) {
                if (before.size() + after.size() == MOST) {
                    throw file.invalid(where + ".single", "puts more than " + MOST + " tokens around a text");
                }
                (seen ? after : before).add(TokenizerSettings.number(file, id, where + ".special_tokens." + name + ".ids"));
            }
        }
        if (!seen) {
            throw file.invalid(where + ".single", "has no place for the text");
        }
    }

    private PreTokenizer.Prepend prepend(JsonNode node, String where) {
        if (node.hasNonNull("prepend_scheme")) {
            return switch (text(node, "prepend_scheme", where)) {
                case "always" -> PreTokenizer.Prepend.ALWAYS;
                case "first" -> PreTokenizer.Prepend.FIRST;
                case "never" -> PreTokenizer.Prepend.NEVER;
                default -> throw file.invalid(where + ".prepend_scheme", "is none of always, first, never");
            };
        }
        return flag(node, "add_prefix_space", where, true) ? PreTokenizer.Prepend.ALWAYS : PreTokenizer.Prepend.NEVER;
    }

    private char mark(JsonNode node, String where) {
        String mark = text(node, "replacement", where);
        if (mark.length() != 1) {
            throw file.invalid(where + ".replacement", "is not one character");
        }
        return mark.charAt(0);
    }

    private GuardedRegex pattern(JsonNode node, String where) {
        JsonNode pattern = node.path("pattern");
        String name = file.path() + ": " + where + ".pattern";
        if (pattern.path("Regex").isTextual()) {
            return new GuardedRegex(pattern.path("Regex").textValue(), name);
        }
        if (pattern.path("String").isTextual()) {
            return new GuardedRegex(java.util.regex.Pattern.quote(pattern.path("String").textValue()), name);
        }
        throw file.invalid(where + ".pattern", "is neither a Regex nor a String");
    }

    private <T> List<T> list(JsonNode node, String name, String where, BiFunction<JsonNode, String, T> make) {
        List<T> out = new ArrayList<>();
        if (array(node, name, where).size() > MOST) {
            throw file.invalid(where + "." + name, "has more than " + MOST + " steps");
        }
        for (JsonNode n : array(node, name, where)) {
            out.add(make.apply(n, where + "." + name + "[" + out.size() + "]"));
        }
        return out;
    }

    private JsonNode array(JsonNode node, String name, String where) {
        JsonNode list = node.path(name);
        if (!list.isArray()) {
            throw file.invalid(where + "." + name, "is not a list");
        }
        return list;
    }

    private String type(JsonNode node, String where) {
        if (!node.path("type").isTextual()) {
            throw file.invalid(where + ".type", "is not a string");
        }
        return node.path("type").textValue();
    }

    private String text(JsonNode node, String name, String where) {
        if (!node.path(name).isTextual()) {
            throw file.invalid(where + "." + name, "is not a string");
        }
        return node.path(name).textValue();
    }

    private boolean flag(JsonNode node, String name, String where, boolean fallback) {
        return TokenizerSettings.flag(file, node, where, name, fallback);
    }

    private byte[] base64(JsonNode node, String name, String where) {
        try {
            return Base64.getDecoder().decode(text(node, name, where));
        } catch (IllegalArgumentException _) {
            throw file.invalid(where + "." + name, "is not base64");
        }
    }

    private static boolean absent(JsonNode node) {
        return node == null || node.isNull() || node.isMissingNode();
    }

    private UnsupportedFeatureException unknown(JsonNode node, String where) {
        return new UnsupportedFeatureException(file.path() + ": " + where + ".type "
                + Vocabulary.quoted(node.path("type").asText()) + " is not read; the byte-level BPE, CLIP and T5 tokenizers do not use it");
    }
}
