package io.github.x2i4j.tools;

import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.loader.weights.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sizes of a network as the tensors of a file without configuration tell them. */
final class TensorFacts {
    /** Language models by the number of hidden states and their width, which AlignNet is made for. */
    private static final Map<List<Long>, String> PARTNERS = Map.of(List.of(37L, 2048L), "Qwen/Qwen2.5-VL-3B-Instruct or OpenGVLab/InternVL2_5-4B",
            List.of(29L, 3584L), "Qwen/Qwen2.5-VL-7B-Instruct or openbmb/MiniCPM-o-2_6", List.of(25L, 896L), "OpenGVLab/InternVL2_5-1B");
    /** Of encodings such as AlignNet's weights of hidden states: [1, states, 5, 5] or [1, states, 1, 1]. */
    private static final int STATES = 1;

    private TensorFacts() {
    }

    /** Such as {@code 19 double blocks, 38 single blocks, width 3072}; empty where nothing is known. */
    static String of(Inspection i) {
        List<String> facts = new ArrayList<>();
        switch (i.kind()) {
            case FLUX_SINGLE_FILE, FLUX_TRANSFORMER -> {
                count(facts, i, "(?:.*\\.)?(?:double_blocks|(?<!single_)transformer_blocks)\\.(\\d+)\\..*", "double blocks");
                count(facts, i, "(?:.*\\.)?(?:single_blocks|single_transformer_blocks)\\.(\\d+)\\..*", "single blocks");
                width(facts, i, "img_in.weight", "x_embedder.weight");
            }
            case T5 -> {
                count(facts, i, "(?:.*\\.)?(?:encoder\\.block|enc\\.blk)\\.(\\d+)\\..*", "blocks");
                width(facts, i, "enc.output_norm.weight", "encoder.final_layer_norm.weight");
            }
            case CLIP -> {
                count(facts, i, ".*encoder\\.layers\\.(\\d+)\\..*", "layers");
                width(facts, i, "final_layer_norm.weight");
            }
            case QWEN2_5_VL_LANGUAGE, QWEN2_5_VL_VISION -> {
                count(facts, i, "(?:v\\.)?blk\\.(\\d+)\\..*", "blocks");
                width(facts, i, "output_norm.weight", "v.post_ln.weight", "v.blk.0.ln1.weight");
            }
            case ALIGNNET -> {
                long states = states(i);
                if (states > 0) {
                    facts.add(states + " hidden states");
                }
                width(facts, i, "mlp.layernorm.weight");
            }
            default -> {
                // told by the configuration, or not to be told
            }
        }
        return String.join(", ", facts);
    }

    /** The language models that an AlignNet goes with. */
    static String partner(Inspection alignNet) {
        return PARTNERS.getOrDefault(List.of(states(alignNet), dim(alignNet, 0, "mlp.layernorm.weight")), "the language model it was made for");
    }

    private static long states(Inspection i) {
        return Math.max(dim(i, STATES, "cha_scale"), dim(i, STATES, "conv.weight"));
    }

    private static void count(List<String> facts, Inspection i, String pattern, String what) {
        Pattern p = Pattern.compile(pattern);
        OptionalInt last = i.tensors().stream().map(t -> p.matcher(t.name())).filter(Matcher::matches).mapToInt(m -> number(m.group(1))).max();
        if (last.isPresent()) {
            facts.add(last.getAsInt() + 1 + " " + what);
        }
    }

    /** A block's number, or -1 where it is none that a network has. */
    private static int number(String digits) {
        return digits.length() > 6 ? -1 : Integer.parseInt(digits);
    }

    private static void width(List<String> facts, Inspection i, String... names) {
        for (String name : names) {
            long width = dim(i, 0, name);
            if (width > 0) {
                facts.add("width " + width);
                return;
            }
        }
    }

    /** A dimension of the first tensor of that name, whatever stands before it; 0 where there is none. */
    private static long dim(Inspection i, int axis, String name) {
        return i.tensors().stream().filter(t -> t.name().equals(name) || t.name().endsWith("." + name)).map(TensorInfo::shape)
                .filter(s -> s.rank() > axis).map((Shape s) -> s.dim(axis)).findFirst().orElse(0L);
    }
}
