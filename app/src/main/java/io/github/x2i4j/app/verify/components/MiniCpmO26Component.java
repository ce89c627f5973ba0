package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.minicpm.MiniCpmModel;
import io.github.x2i4j.model.minicpm.PatchGrid;
import io.github.x2i4j.model.minicpm.TokenBounds;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Loaded;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The networks of MiniCPM-o 2.6 on given token ids, patches and spectrograms: hidden states, tokens of pictures and sounds. */
public final class MiniCpmO26Component implements Component {
    private static final String VISION_STATES = "vision_states";

    @Override
    public String name() {
        return "minicpm_o_2_6";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        try (Loaded<MiniCpmModel> loaded = Loaded.open(ModelFolders.of(golden), MiniCpmModel.NAMES, MiniCpmModel::bind);
                Scope s = engine.scope()) {
            MiniCpmModel.Input in = new MiniCpmModel.Input(golden.input("input_ids").toLongs(), pictures(golden), sounds(golden));
            MiniCpmModel.Output out = loaded.model().forward(s, in, BlockHook.NONE);
            Outputs o = new Outputs().put("hidden_states", out.hiddenStates());
            if (out.imageEmbeds() != null) {
                o.put("image_embeds", out.imageEmbeds());
            }
            if (out.audioEmbeds() != null) {
                o.put("audio_embeds", out.audioEmbeds());
            }
            return golden.wanted().contains(VISION_STATES)
                    ? o.put(VISION_STATES, loaded.model().visionStates(s, in.pictures(), BlockHook.NONE)) : o;
        }
    }

    private static MiniCpmModel.Pictures pictures(GoldenCase golden) {
        Tensor sizes = golden.inputOrNull("tgt_sizes");
        if (sizes == null) {
            return MiniCpmModel.Pictures.NONE;
        }
        long[] sides = pairs(sizes);
        int count = sides.length / 2;
        return new MiniCpmModel.Pictures(IntStream.range(0, count).mapToObj(i -> golden.input("pixel_values_" + i)).toList(),
                IntStream.range(0, count).mapToObj(i -> grid(sides[2 * i], sides[2 * i + 1])).toList(), bounds(golden.input("image_bound")));
    }

    private static MiniCpmModel.Sounds sounds(GoldenCase golden) {
        Tensor features = golden.inputOrNull("audio_features");
        return features == null ? MiniCpmModel.Sounds.NONE : new MiniCpmModel.Sounds(features,
                LongStream.of(golden.input("audio_feature_lens").toLongs()).mapToInt(Math::toIntExact).toArray(),
                bounds(golden.input("audio_bounds")));
    }

    private static PatchGrid grid(long rows, long columns) {
        if (rows < 1 || columns < 1) {
            throw new InvalidInputException("tgt_sizes holds " + rows + " x " + columns + " patches");
        }
        return new PatchGrid(Math.toIntExact(rows), Math.toIntExact(columns));
    }

    private static List<TokenBounds> bounds(Tensor t) {
        long[] b = pairs(t);
        return IntStream.range(0, b.length / 2).mapToObj(i -> new TokenBounds(b[2 * i], b[2 * i + 1])).toList();
    }

    private static long[] pairs(Tensor t) {
        if (t.rank() != 2 || t.dim(1) != 2) {
            throw new InvalidInputException("expected pairs [n, 2], not " + t);
        }
        return t.toLongs();
    }
}
