package io.github.x2i4j.model.vae;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Weights;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.Chain;
import java.util.ArrayList;
import java.util.List;

/** Picture to moments: levels of resnet blocks, each but the last halving the sides (diffusers' Encoder). */
final class Encoder {
    private final Conv convIn;
    private final List<Level> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;
    private final GroupNorm convNormOut;
    private final Conv convOut;

    private record Level(List<ResnetBlock> resnets, Conv downsampler) {
        void append(Chain chain, int level, BlockHook hook) {
            for (int j = 0; j < resnets.size(); j++) {
                chain.block(hook, new BlockHook.Place("down_blocks." + level + ".resnets", j, resnets.size()), resnets.get(j)::forward);
            }
            if (downsampler != null) {
                chain.then(downsampler::apply);
            }
        }
    }

    Encoder(Weights w, VaeConfig c) {
        convIn = Conv.of3x3(w.at("conv_in"), c.inChannels(), c.channels(0));
        long in = c.channels(0);
        for (int i = 0; i < c.levels(); i++) {
            Weights level = w.at("down_blocks", i);
            long out = c.channels(i);
            List<ResnetBlock> resnets = new ArrayList<>();
            for (int j = 0; j < c.layersPerBlock(); j++) {
                resnets.add(ResnetBlock.of(level.at("resnets", j), c, in, out));
                in = out;
            }
            boolean last = i == c.levels() - 1;
            downBlocks.add(new Level(resnets, last ? null : Conv.downsample(level.at("downsamplers.0.conv"), out)));
        }
        midBlock = MidBlock.of(w.at("mid_block"), c);
        convNormOut = GroupNorm.of(w.at("conv_norm_out"), c, c.innermost(), c.actFn());
        convOut = Conv.of3x3(w.at("conv_out"), c.innermost(), 2L * c.latentChannels());
    }

    /** F32 [B, in, H, W] -> moments [B, 2 latent, H / 8, W / 8] (with four levels) */
    Tensor forward(Ops f, Tensor x, BlockHook hook) {
        try (Chain chain = new Chain(f, x)) {
            chain.then(convIn::apply);
            for (int i = 0; i < downBlocks.size(); i++) {
                downBlocks.get(i).append(chain, i, hook);
            }
            chain.block(hook, new BlockHook.Place("mid_block", 0, 1), midBlock::forward);
            return chain.then(convNormOut::apply).then(convOut::apply).escape();
        }
    }
}
