package io.github.x2i4j.tests.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.make.Architecture;
import io.github.x2i4j.tools.make.RandomWeights;
import io.github.x2i4j.tools.make.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A MiniCPM-o bundle of random weights, with the FLUX of the small InternVL bundle and a small Qwen tokenizer. */
final class TinyMiniCpmBundle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LAYERS = 2;
    private static final int WIDTH = 128;
    private static final int VOCABULARY = 760;
    private static final List<String> TOKENS = List.of("<unk>", "<image>", "</image>", "<slice>", "</slice>", "<|audio_start|>",
            "<|audio_end|>");

    private TinyMiniCpmBundle() {
    }

    /**
     * Makes the bundle in an empty folder.
     *
     * @param golden folder of the bundled golden cases
     */
    static Path make(Path folder, Path golden) throws IOException {
        Path mllm = Files.createDirectories(folder).resolve("mllm");
        weights(Architecture.MINICPM_O_2_6, mllm, new Sizes(LAYERS, WIDTH, Map.ofEntries(Map.entry("vocab_size", "" + VOCABULARY),
                Map.entry("intermediate_size", "64"), Map.entry("query_num", "4"), Map.entry("vision_config.hidden_size", "24"),
                Map.entry("vision_config.num_attention_heads", "2"), Map.entry("vision_config.intermediate_size", "32"),
                Map.entry("vision_config.image_size", "140"), Map.entry("audio_config.d_model", "16"),
                Map.entry("audio_config.encoder_attention_heads", "2"), Map.entry("audio_config.encoder_ffn_dim", "32"))));
        Files.writeString(mllm.resolve("preprocessor_config.json"), """
                {"scale_resolution": 56, "patch_size": 14, "image_feature_size": 4, "norm_mean": [0.5, 0.5, 0.5], "norm_std": [0.5, 0.5, 0.5]}""");
        tokenizer(golden.resolve("models/mllm-qwen2_5_vl/tokenizer.json"), mllm.resolve("tokenizer.json"));
        weights(Architecture.ALIGNNET_MINICPM, folder.resolve("alignnet"), new Sizes(LAYERS + 1, WIDTH,
                Map.of("joint_attention_dim", "40", "pooled_projection_dim", "24")));
        ObjectNode bundle = JSON.createObjectNode();
        bundle.putObject("mllm").put("family", "minicpm_o_2_6").put("path", "mllm");
        bundle.putObject("alignnet").put("path", "alignnet");
        bundle.putObject("flux").put("path", golden.resolve("models/bundle-internvl2_5/flux").toString());
        bundle.putObject("defaults").put("steps", 1).put("guidance", 3.5).put("height", 64).put("width", 64);
        Files.writeString(folder.resolve("x2i.json"), bundle.toPrettyString());
        return folder;
    }

    private static void weights(Architecture architecture, Path folder, Sizes sizes) {
        RandomWeights.make(architecture, folder, new RandomWeights.Options(1, DType.F32, sizes, RandomWeights.SHARD_BYTES), Progress.NONE);
    }

    /** Adds the marks that MiniCPM-o knows. */
    private static void tokenizer(Path from, Path to) throws IOException {
        ObjectNode tokenizer = (ObjectNode) JSON.readTree(from.toFile());
        ArrayNode added = (ArrayNode) tokenizer.get("added_tokens");
        int id = added.get(added.size() - 1).get("id").intValue();
        for (String token : TOKENS) {
            ObjectNode entry = added.get(0).deepCopy();
            added.add(entry.put("id", ++id).put("content", token));
        }
        JSON.writeValue(to.toFile(), tokenizer);
    }
}
