package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.NameMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tensors of a network under the names of the original release, of T5 those of llama.cpp's GGUF files. Only those names stand here; what each is made of is what the
 * reader's {@link NameMap} says, the other way round.
 */
final class OriginalNames {
    private static final List<String> FLUX_TOP = List.of("img_in", "txt_in", "time_in.in_layer", "time_in.out_layer", "vector_in.in_layer",
            "vector_in.out_layer", "guidance_in.in_layer", "guidance_in.out_layer", "final_layer.linear", "final_layer.adaLN_modulation.1");
    private static final List<String> FLUX_DOUBLE = List.of("img_mod.lin", "txt_mod.lin", "img_attn.qkv", "txt_attn.qkv", "img_attn.proj",
            "txt_attn.proj", "img_mlp.0", "img_mlp.2", "txt_mlp.0", "txt_mlp.2");
    private static final List<String> FLUX_DOUBLE_NORMS = List.of("img_attn.norm.query_norm.scale", "img_attn.norm.key_norm.scale",
            "txt_attn.norm.query_norm.scale", "txt_attn.norm.key_norm.scale");
    private static final List<String> FLUX_SINGLE = List.of("modulation.lin", "linear1", "linear2");
    private static final List<String> FLUX_SINGLE_NORMS = List.of("norm.query_norm.scale", "norm.key_norm.scale");

    private static final List<String> RESNET = List.of("norm1", "conv1", "norm2", "conv2", "nin_shortcut");
    private static final List<String> ATTENTION = List.of("norm", "q", "k", "v", "proj_out");

    private static final List<String> T5_BLOCK = List.of("attn_norm", "attn_q", "attn_k", "attn_v", "attn_o", "attn_rel_b", "ffn_norm", "ffn_gate",
            "ffn_up", "ffn_down");

    private OriginalNames() {
    }

    /** All names that a FLUX transformer of so many blocks can have. */
    static List<String> flux(int doubles, int singles) {
        List<String> names = new ArrayList<>(parameters(FLUX_TOP.stream()));
        for (int i = 0; i < doubles; i++) {
            String block = "double_blocks." + i + ".";
            names.addAll(parameters(FLUX_DOUBLE.stream().map(block::concat)));
            FLUX_DOUBLE_NORMS.forEach(n -> names.add(block + n));
        }
        for (int i = 0; i < singles; i++) {
            String block = "single_blocks." + i + ".";
            names.addAll(parameters(FLUX_SINGLE.stream().map(block::concat)));
            FLUX_SINGLE_NORMS.forEach(n -> names.add(block + n));
        }
        return names;
    }

    /** All names that an autoencoder of so many levels can have. */
    static List<String> vae(int levels, int layers) {
        Stream.Builder<String> all = Stream.builder();
        for (String coder : List.of("encoder.", "decoder.")) {
            Stream.of("conv_in", "conv_out", "norm_out").forEach(n -> all.add(coder + n));
            ATTENTION.forEach(n -> all.add(coder + "mid.attn_1." + n));
            IntStream.of(1, 2).forEach(b -> RESNET.forEach(n -> all.add(coder + "mid.block_" + b + "." + n)));
            String level = coder + (coder.startsWith("e") ? "down." : "up.");
            for (int i = 0; i < levels; i++) {
                for (int j = 0; j <= layers; j++) {
                    String block = level + i + ".block." + j + ".";
                    RESNET.forEach(n -> all.add(block + n));
                }
                all.add(level + i + (coder.startsWith("e") ? ".downsample.conv" : ".upsample.conv"));
            }
        }
        Stream.of("quant_conv", "post_quant_conv").forEach(all::add);
        return parameters(all.build());
    }

    /** All names that a T5 encoder of so many blocks can have. */
    static List<String> t5(int blocks) {
        Stream<String> inBlocks = IntStream.range(0, blocks).boxed().flatMap(i -> T5_BLOCK.stream().map(n -> "enc.blk." + i + "." + n));
        return Stream.concat(Stream.of("token_embd", "enc.output_norm"), inBlocks).map(n -> n + ".weight").toList();
    }

    private static List<String> parameters(Stream<String> layers) {
        return layers.flatMap(n -> Stream.of(n + ".weight", n + ".bias")).toList();
    }

    /**
     * The tensors of {@code model}, by the network's names, as the original release stores them.
     *
     * @param candidates names that may occur
     * @throws InvalidInputException if a tensor has no place there
     */
    static List<Weight> of(Map<String, Tensor> model, Collection<String> candidates, NameMap map) {
        NameMap given = map.given(candidates);
        List<Weight> weights = new ArrayList<>();
        Set<String> left = new HashSet<>(model.keySet());
        for (String name : candidates) {
            List<NameMap.Use> uses = given.uses(name);
            if (uses.stream().allMatch(u -> model.containsKey(u.model()))) {
                List<Tensor> parts = uses.stream().sorted(Comparator.comparingInt(NameMap.Use::from)).map(u -> part(model.get(u.model()), u)).toList();
                uses.forEach(u -> left.remove(u.model()));
                weights.add(new Weight(name, shape(name, parts), parts));
            }
        }
        if (!left.isEmpty()) {
            throw new InvalidInputException("the original release has no name for the tensor " + left.stream().sorted().findFirst().orElseThrow()
                    + (left.size() > 1 ? " and " + (left.size() - 1) + " more" : "") + "; convert with --names diffusers");
        }
        return weights;
    }

    /** The rows of the network's tensor that a stored one holds. */
    private static Tensor part(Tensor t, NameMap.Use use) {
        if (use.positions() == 1) {
            return t;
        }
        long rows = t.dim(0) / use.positions();
        return t.rows(use.position() * rows, (use.position() + 1) * rows);
    }

    /** Rows of all parts; attention of autoencoders is stored as convolutions of one pixel. */
    private static Shape shape(String name, List<Tensor> parts) {
        Shape first = parts.getFirst().shape().with(0, parts.stream().mapToLong(t -> t.dim(0)).sum());
        return name.contains(".attn_1.") && first.rank() == 2 ? Shape.of(first.dim(0), first.dim(1), 1, 1) : first;
    }
}
