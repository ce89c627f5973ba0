package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.qwen.PatchGrid;
import io.github.x2i4j.model.qwen.QwenVlConfig;
import io.github.x2i4j.model.qwen.QwenVlModel;
import io.github.x2i4j.model.qwen.VisionInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The networks of Qwen2.5-VL on given token ids and pixel patches: hidden states, positions, and answers. */
public final class Qwen25VlComponent implements Component {
    @Override
    public String name() {
        return "qwen2_5_vl";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        Path folder = ModelFolders.of(golden);
        try (Loaded<QwenVlModel> loaded = Loaded.open(folder, QwenVlModel.NAMES, QwenVlModel::bind); Scope s = engine.scope()) {
            JsonNode args = golden.args();
            AnswerOptions answer = args.hasNonNull("max_new_tokens") ? new AnswerOptions(args.get("max_new_tokens").asInt(), true) : null;
            return outputs(loaded.model().forward(s, input(golden), answer, generation(folder, args), BlockHook.NONE));
        }
    }

    private static QwenVlModel.Input input(GoldenCase golden) {
        Tensor ids = golden.input("input_ids");
        Tensor mask = golden.inputOrNull("attention_mask");
        VisionInput videos = vision(golden, "pixel_values_videos", "video_grid_thw");
        Tensor rates = golden.inputOrNull("second_per_grid_ts");
        float[] seconds = new float[videos.grids().size()];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = rates == null ? 1 : rates.getFloat(i);
        }
        return new QwenVlModel.Input(ids.toLongs(), mask == null ? LongStream.generate(() -> 1).limit(ids.elements()).toArray()
                : mask.toLongs(), vision(golden, "pixel_values", "image_grid_thw"), videos, seconds);
    }

    private static VisionInput vision(GoldenCase golden, String pixels, String grids) {
        if (golden.inputOrNull(pixels) == null) {
            return VisionInput.NONE;
        }
        long[] thw = golden.input(grids).toLongs();
        List<PatchGrid> list = new ArrayList<>();
        for (int i = 0; i < thw.length; i += 3) {
            list.add(new PatchGrid(Math.toIntExact(thw[i]), Math.toIntExact(thw[i + 1]), Math.toIntExact(thw[i + 2])));
        }
        return new VisionInput(golden.input(pixels), list);
    }

    private static GenerationConfig generation(Path folder, JsonNode args) {
        GenerationConfig own = GenerationConfig.read(folder, QwenVlConfig.textFields(Config.read(folder.resolve("config.json"))));
        List<Long> stops = new ArrayList<>();
        args.path("eos_token_ids").forEach(id -> stops.add(id.asLong()));
        return new GenerationConfig((float) args.path("repetition_penalty").asDouble(own.repetitionPenalty()),
                args.has("eos_token_ids") ? stops.stream().mapToLong(Long::longValue).toArray() : own.stopIds());
    }

    private static Outputs outputs(QwenVlModel.Output out) {
        long[][] p = out.position().positions();
        Outputs o = new Outputs()
                .put("hidden_states", out.hiddenStates())
                .put("position_ids", LongStream.concat(LongStream.of(p[0]), LongStream.concat(LongStream.of(p[1]), LongStream.of(p[2])))
                        .toArray(), 3, p[0].length)
                .put("rope_delta", new long[] {out.position().ropeDelta()}, 1);
        if (out.imageEmbeds() != null) {
            o.put("image_embeds", out.imageEmbeds());
        }
        if (out.videoEmbeds() != null) {
            o.put("video_embeds", out.videoEmbeds());
        }
        if (out.answer() != null) {
            o.put("generated_ids", out.answer().ids(), out.answer().ids().length);
            if (out.answer().hiddenStates() != null) {
                o.put("answer_hidden_states", out.answer().hiddenStates());
            }
        }
        return o;
    }
}
