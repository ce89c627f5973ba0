package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which type each tensor is written in.
 *
 * <p>A plain type is for all floating-point tensors. A block-quantised one is for large matrices alone: vectors (norms, biases) become
 * F32; embeddings, kernels of convolutions, and the first and last layers of a network, which quantisation harms most and which are
 * small, keep their type. Rows that are no whole number of the type's blocks are quantised to a type of about its size with smaller
 * blocks (Q6_K to Q8_0, Q5_K to Q5_1, Q4_K to Q5_0), or keep theirs.
 *
 * @param target the type wanted, or null to keep each tensor's own
 * @param exceptions the first that matches a name decides
 */
public record TypeRules(DType target, List<Exception> exceptions) {
    private static final Set<String> ENDS = Set.of("img_in", "txt_in", "time_in", "vector_in", "guidance_in", "final_layer", "x_embedder",
            "context_embedder", "time_text_embed", "norm_out", "proj_out", "lm_head", "output", "conv_in", "conv_out", "patch_embed", "patch_embedding");
    private static final Pattern EMBEDDING = Pattern.compile("(.*[._])?(shared|token_embd|embed_tokens|token_embedding|position_embedding|embed_positions"
            + "|relative_attention_bias|class_embedding|attn_rel_b)(\\..*)?");

    /**
     * An exception by name.
     *
     * @param pattern a tensor's name in which {@code *} stands for any text
     * @param type the type for it, or null to keep its own
     */
    public record Exception(String pattern, DType type) {
        boolean matches(String name) {
            String[] texts = pattern.split("\\*", -1);
            StringBuilder regex = new StringBuilder();
            for (int i = 0; i < texts.length; i++) {
                regex.append(i == 0 ? "" : ".*").append(Pattern.quote(texts[i]));
            }
            return name.matches(regex.toString());
        }
    }

    public TypeRules {
        exceptions = List.copyOf(exceptions);
    }

    /** True for types whose elements share scales. */
    public static boolean isQuantised(DType dtype) {
        return dtype != null && dtype.blockElements() > 1;
    }

    /** The type that a floating-point tensor, which has the type {@code own}, is written in. */
    public DType of(String name, DType own, Shape shape) {
        for (Exception e : exceptions) {
            if (e.matches(name)) {
                return e.type == null ? own : fitting(e.type, own, shape);
            }
        }
        if (!isQuantised(target)) {
            return target == null ? own : target;
        }
        if (shape.rank() < 2) {
            return DType.F32;
        }
        return shape.rank() > 2 || isEnd(name) || EMBEDDING.matcher(name).matches() ? own : fitting(target, own, shape);
    }

    /** First and last layers stand at the top of a model; the same names deeper down are ordinary layers. */
    private static boolean isEnd(String name) {
        String inner = name.replaceFirst("^(model\\.diffusion_model\\.|language_model\\.|llm\\.|visual\\.|encoder\\.|decoder\\.)", "");
        int dot = inner.indexOf('.');
        return dot > 0 && ENDS.contains(inner.substring(0, dot));
    }

    private static DType fitting(DType wanted, DType own, Shape shape) {
        DType type = wanted;
        if (!fits(type, shape)) {
            type = switch (wanted) {
                case Q4_K -> DType.Q5_0;
                case Q5_K -> DType.Q5_1;
                case Q6_K -> DType.Q8_0;
                default -> own;
            };
        }
        return fits(type, shape) ? type : own;
    }

    private static boolean fits(DType type, Shape shape) {
        return type.blockElements() == 1 || shape.rank() > 0 && shape.dim(-1) % type.blockElements() == 0;
    }
}
