package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.model.internvl.InternVl;
import io.github.x2i4j.model.internvl.InternVlImageProcessor;
import io.github.x2i4j.model.internvl.InternVlInputs;
import io.github.x2i4j.model.internvl.PixelTiles;
import io.github.x2i4j.model.prompt.InternVlChatTemplate;
import io.github.x2i4j.model.prompt.PromptStyle;

/** Golden cases of InternVL2.5's processor. */
final class InternVlCases implements FamilyCases {
    private static final int SCRIPT_TILE = 448;
    private static final int SCRIPT_TILES = 12;

    @Override
    public String name() {
        return "internvl2_5";
    }

    @Override
    public String chatText(GoldenCase golden) {
        JsonNode args = golden.args();
        return InternVlChatTemplate.render(new InternVlChatTemplate.Question(PromptStyle.DICT2.format(args.path("prompt").textValue()),
                args.path("tiles").asInt() * args.path("image_tokens").asInt()), false).text();
    }

    @Override
    public Outputs image(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        return tiles(new Outputs(), new InternVlImageProcessor(args.path("input_size").asInt(SCRIPT_TILE), 1,
                args.path("max_num").asInt(SCRIPT_TILES), true).tiles(CaseMedia.scriptImage(golden)));
    }

    @Override
    public Outputs inputs(GoldenCase golden, Engine engine) {
        InternVlInputs inputs = InternVl.processor(ModelFolders.of(golden)).process(CaseMedia.prompt(golden), CaseMedia.promptOptions(golden),
                warning -> { });
        long[] ids = inputs.prompt().ids();
        Outputs out = new Outputs().put("input_ids", ids, 1, ids.length).put("attention_mask", inputs.prompt().attentionMask(), 1, ids.length);
        return inputs.image() == null ? out : tiles(out, inputs.image());
    }

    private static Outputs tiles(Outputs out, PixelTiles tiles) {
        return out.put("pixel_values", tiles.values(), tiles.count(), 3, tiles.side(), tiles.side());
    }
}
