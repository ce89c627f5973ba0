package io.github.x2i4j.tools.make;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.config.Config;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How large an architecture is made.
 *
 * @param depth number of layers (FLUX: double blocks, with twice as many single ones; towers have no more than this; AlignNet: hidden
 *     states; autoencoder: resnet blocks a level), or null for the published number
 * @param width size of the hidden states (autoencoder: of the innermost level), or null for the published one; heads keep their width
 * @param fields other fields of config.json, as {@code vision_config.depth}, with JSON values
 */
public record Sizes(Integer depth, Integer width, Map<String, String> fields) {
    /** As published. */
    public static final Sizes FULL = new Sizes(null, null, Map.of());

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int HEAD = 128;

    public Sizes {
        fields = Map.copyOf(fields);
    }

    /**
     * The configuration of {@code a} in these sizes.
     *
     * @throws InvalidInputException if a size is impossible or a field is no field of it
     */
    String config(Architecture a) {
        ObjectNode c = published(a);
        if (depth != null) {
            require(depth > 0, "--depth " + depth + " must be at least 1");
            deepen(a.family(), c);
        }
        if (width != null) {
            require(width > 0, "--width " + width + " must be at least 1");
            widen(a.family(), c);
        }
        fields.forEach((path, value) -> set(c, a, path, value));
        return c.toPrettyString() + "\n";
    }

    private void deepen(Architecture.Family family, ObjectNode c) {
        switch (family) {
            case FLUX -> c.put("num_layers", depth).put("num_single_layers", 2 * depth);
            case VAE -> c.put("layers_per_block", depth);
            case T5 -> c.put("num_layers", depth).put("num_decoder_layers", depth);
            case CLIP -> c.put("num_hidden_layers", depth);
            case QWEN -> {
                c.put("num_hidden_layers", depth);
                atMost(c.withObject("vision_config"), "depth");
            }
            case INTERNVL -> {
                c.withObject("llm_config").put("num_hidden_layers", depth);
                atMost(c.withObject("vision_config"), "num_hidden_layers");
            }
            case MINICPM -> {
                c.put("num_hidden_layers", depth);
                atMost(c.withObject("vision_config"), "num_hidden_layers");
                atMost(c.withObject("audio_config"), "encoder_layers");
            }
            case ALIGNNET -> c.put("in_channels", depth);
            case TINY_VAE -> throw new InvalidInputException("--depth: the blocks of this architecture are fixed; --width is not");
        }
    }

    private void atMost(ObjectNode tower, String field) {
        tower.put(field, Math.min(depth, tower.get(field).intValue()));
    }

    private void widen(Architecture.Family family, ObjectNode c) {
        switch (family) {
            case FLUX -> c.put("num_attention_heads", heads(c.get("attention_head_dim").intValue()));
            case VAE -> {
                multiple(4 * c.get("norm_num_groups").intValue());
                ArrayNode channels = c.putArray("block_out_channels");
                channels.add(width / 4).add(width / 2).add(width).add(width);
            }
            case T5 -> c.put("num_heads", heads(c.get("d_kv").intValue())).put("d_model", width).put("d_ff", 5 * width / 2);
            case CLIP -> c.put("num_attention_heads", heads(64)).put("hidden_size", width).put("intermediate_size", 4 * width)
                    .put("projection_dim", width);
            case QWEN -> {
                decoder(c);
                c.withObject("vision_config").put("out_hidden_size", width);
            }
            case INTERNVL -> decoder(c.withObject("llm_config"));
            case MINICPM -> {
                multiple(HEAD);
                decoder(c);
            }
            case ALIGNNET -> c.put("input_dim", width);
            case TINY_VAE -> {
                for (String field : List.of("block_out_channels", "encoder_block_out_channels", "decoder_block_out_channels")) {
                    c.putArray(field).add(width).add(width).add(width).add(width);
                }
            }
        }
    }

    private void decoder(ObjectNode c) {
        int before = c.get("hidden_size").intValue();
        int heads = heads(before / c.get("num_attention_heads").intValue());
        int shared = BigInteger.valueOf(heads).gcd(BigInteger.valueOf(c.get("num_key_value_heads").intValue())).intValue();
        c.put("intermediate_size", Math.max(1, (int) ((long) c.get("intermediate_size").intValue() * width / before)));
        c.put("hidden_size", width).put("num_attention_heads", heads).put("num_key_value_heads", shared);
    }

    private int heads(int headWidth) {
        multiple(headWidth);
        return width / headWidth;
    }

    private void multiple(int of) {
        require(width % of == 0, "--width " + width + " must be a multiple of " + of + " for this architecture");
    }

    private static void set(ObjectNode c, Architecture a, String path, String value) {
        ObjectNode at = c;
        String field = path;
        for (int dot = field.indexOf('.'); dot >= 0; dot = field.indexOf('.')) {
            JsonNode next = at.get(field.substring(0, dot));
            require(next instanceof ObjectNode, "--set " + path + ": the configuration of " + a.label() + " has no such field");
            at = (ObjectNode) next;
            field = field.substring(dot + 1);
        }
        require(at.has(field), "--set " + path + ": the configuration of " + a.label() + " has no such field");
        try {
            at.set(field, JSON.readTree(value));
        } catch (JsonProcessingException e) {
            throw new InvalidInputException("--set " + path + "=" + value + ": is no JSON value; a text takes quotes of its own", e);
        }
    }

    private static ObjectNode published(Architecture a) {
        try (InputStream in = Sizes.class.getResourceAsStream(a.label() + ".json")) {
            return (ObjectNode) JSON.readTree(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new InvalidInputException(problem);
        }
    }

    /** The same as a {@link Config} that says where it comes from. */
    Config parsed(Architecture a) {
        return Config.parse(Path.of(a.label() + " config.json"), config(a));
    }
}
