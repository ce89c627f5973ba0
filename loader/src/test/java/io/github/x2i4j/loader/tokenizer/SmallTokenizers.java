package io.github.x2i4j.loader.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tokenizer files of a few entries, for tests. */
final class SmallTokenizers {
    static final ObjectMapper JSON = new ObjectMapper();
    /** Pieces and scores of the worked example of the T5 specification, behind the special tokens. */
    static final Object[][] PIECES = {{"<pad>", 0.0}, {"</s>", 0.0}, {"<unk>", 0.0}, {"\u2581", -2.0}, {"\u2581a", -3.0}, {"a", -4.0},
        {"b", -4.5}, {"ab", -6.0}, {"\u2581ab", -6.9}, {"bb", -20.0}};

    private SmallTokenizers() {
    }

    /** Tokens of a byte-level vocabulary: the 256 bytes (id is the byte), then what merges make. */
    static ObjectNode byteVocabulary(String suffix, String... merges) {
        ObjectNode vocab = JSON.createObjectNode();
        for (int b = 0; b < 256; b++) {
            vocab.put(String.valueOf(Bytes.toChar(b)), b);
        }
        for (int b = 0; b < 256 && !suffix.isEmpty(); b++) {
            vocab.put(Bytes.toChar(b) + suffix, vocab.size());
        }
        for (String merge : merges) {
            vocab.put(merge.replace(" ", ""), vocab.size());
        }
        return vocab;
    }

    /** tokenizer.json in the manner of Qwen2.5, with {@code <|end|>} and {@code <|image_pad|>} behind the vocabulary. */
    static ObjectNode bpe(String... merges) {
        ObjectNode vocab = byteVocabulary("", merges);
        ObjectNode root = JSON.createObjectNode();
        ArrayNode added = root.putArray("added_tokens");
        added.addObject().put("id", vocab.size()).put("content", "<|end|>").put("special", true).put("normalized", false);
        added.addObject().put("id", vocab.size() + 1).put("content", "<|image_pad|>").put("special", true).put("normalized", false);
        root.putObject("normalizer").put("type", "NFC");
        ArrayNode steps = root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
        steps.addObject().put("type", "Split").put("behavior", "Isolated").put("invert", false).putObject("pattern")
                .put("Regex", VocabAndMerges.QWEN_REGEX);
        steps.addObject().put("type", "ByteLevel").put("add_prefix_space", false).put("use_regex", false);
        root.putObject("decoder").put("type", "ByteLevel");
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.set("vocab", vocab);
        ArrayNode list = model.putArray("merges");
        for (String merge : merges) {
            list.add(merge);
        }
        return root;
    }

    /** tokenizer.json in the manner of T5 with the pieces of {@link #PIECES}. */
    static ObjectNode t5(byte[] charMap) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < 3; id++) {
            added.addObject().put("id", id).put("content", (String) PIECES[id][0]).put("special", true).put("normalized", false);
        }
        ArrayNode steps = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        steps.addObject().put("type", "Precompiled").put("precompiled_charsmap", Base64.getEncoder().encodeToString(charMap));
        steps.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
        steps.addObject().put("type", "Replace").put("content", "\u2581").putObject("pattern").put("Regex", " {2,}");
        root.putObject("pre_tokenizer").put("type", "Metaspace").put("replacement", "\u2581").put("prepend_scheme", "always");
        ObjectNode post = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = post.putArray("single");
        single.addObject().putObject("Sequence").put("id", "A");
        single.addObject().putObject("SpecialToken").put("id", "</s>");
        post.putObject("special_tokens").putObject("</s>").put("id", "</s>").putArray("ids").add(1);
        root.putObject("decoder").put("type", "Metaspace").put("replacement", "\u2581").put("prepend_scheme", "always");
        ArrayNode vocab = root.putObject("model").put("type", "Unigram").put("unk_id", 2).putArray("vocab");
        for (Object[] piece : PIECES) {
            vocab.addArray().add((String) piece[0]).add((double) piece[1]);
        }
        return root;
    }

    /** spiece.model with the pieces of {@link #PIECES}. */
    static byte[] spiece(byte[] charMap) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int id = 0; id < PIECES.length; id++) {
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            field(piece, 1, ((String) PIECES[id][0]).getBytes(StandardCharsets.UTF_8));
            piece.write(2 << 3 | 5);
            piece.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat((float) (double) PIECES[id][1]).array());
            piece.write(3 << 3);
            piece.write(id == 2 ? 2 : id < 2 ? 3 : 1);
            field(out, 1, piece.toByteArray());
        }
        field(out, 2, new byte[] {3 << 3, 1, (byte) (40 << 3 & 0x7F | 0x80), (byte) (40 << 3 >> 7), 2});
        ByteArrayOutputStream normalizer = new ByteArrayOutputStream();
        field(normalizer, 1, "nmt_nfkc".getBytes(StandardCharsets.UTF_8));
        field(normalizer, 2, charMap);
        field(out, 3, normalizer.toByteArray());
        return out.toByteArray();
    }

    private static void field(ByteArrayOutputStream out, int number, byte[] value) {
        out.write(number << 3 | 2);
        for (int n = value.length; ; n >>>= 7) {
            out.write(n > 0x7F ? n & 0x7F | 0x80 : n);
            if (n <= 0x7F) {
                break;
            }
        }
        out.writeBytes(value);
    }

    /** Compiles a character map as SentencePiece does: a double-array trie over the UTF-8 of the keys, then the values. */
    static byte[] charMap(Map<String, String> rules) {
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        Map<String, Integer> index = new TreeMap<>();
        rules.forEach((key, value) -> {
            index.put(new String(key.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1), values.size());
            values.writeBytes(value.getBytes(StandardCharsets.UTF_8));
            values.write(0);
        });
        int[] units = new int[1 << 11];
        boolean[] used = new boolean[units.length];
        used[0] = true;
        place(units, used, 0, "", index);
        ByteBuffer out = ByteBuffer.allocate(4 + units.length * 4 + values.size()).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(units.length * 4);
        for (int unit : units) {
            out.putInt(unit);
        }
        return out.put(values.toByteArray()).array();
    }

    /** Places the children of the node at a position; a value is the child of label 0. */
    private static void place(int[] units, boolean[] used, int at, String prefix, Map<String, Integer> index) {
        List<Integer> labels = new ArrayList<>();
        for (String key : index.keySet()) {
            if (key.startsWith(prefix)) {
                int label = key.length() == prefix.length() ? 0 : key.charAt(prefix.length());
                if (labels.isEmpty() || labels.getLast() != label) {
                    labels.add(label);
                }
            }
        }
        int base = 256;
        while (clashes(used, at ^ base, labels)) {
            base++;
        }
        units[at] |= base << 10;
        for (int label : labels) {
            used[at ^ base ^ label] = true;
        }
        for (int label : labels) {
            int child = at ^ base ^ label;
            if (label == 0) {
                units[at] |= 1 << 8;
                units[child] = index.get(prefix) | 1 << 31;
            } else {
                units[child] |= label;
                place(units, used, child, prefix + (char) label, index);
            }
        }
    }

    private static boolean clashes(boolean[] used, int start, List<Integer> labels) {
        return labels.stream().anyMatch(label -> used[start ^ label]);
    }

    /** Writes a file into a folder. */
    static Path write(Path folder, String name, byte[] content) {
        try {
            return Files.write(folder.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path write(Path folder, String name, Object content) {
        return write(folder, name, content.toString().getBytes(StandardCharsets.UTF_8));
    }
}
