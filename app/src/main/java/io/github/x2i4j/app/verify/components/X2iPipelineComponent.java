package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.X2iDialogue;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Parts;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.pipeline.X2iPipeline;
import io.github.x2i4j.model.pipeline.X2iPipeline.Conditioning;
import io.github.x2i4j.model.pipeline.X2iPrompt;
import java.util.ArrayList;
import java.util.List;

/** The whole chain from text and pictures to a picture, as X2I's scripts run it. */
public final class X2iPipelineComponent implements Component {
    @Override
    public String name() {
        return "x2i-pipeline";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        if (golden.model() == null) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": no model");
        }
        try (Parts parts = Parts.released(); Scope f = engine.scope()) {
            X2iPipeline pipeline = new X2iPipeline(Bundle.open(golden.model()), parts);
            List<Conditioning> turns = args.hasNonNull("turns") ? turns(f, pipeline, golden)
                    : List.of(pipeline.condition(f, prompt(golden, pipeline.bundle()), true, Progress.NONE));
            Conditioning c = turns.getLast();
            Picture picture = pipeline.paint(f, c, options(args, pipeline.bundle().defaults()), Progress.NONE).getFirst();

            Outputs out = new Outputs()
                    .put("input_ids", c.inputIds(), 1, c.inputIds().length)
                    .put("hidden_states", c.hiddenStates())
                    .put("prompt_embeds", c.embeddings().prompt())
                    .put("pooled_prompt_embeds", c.embeddings().pooled())
                    .put("latents", picture.latents(), 1, picture.tokens(), picture.latents().length / picture.tokens())
                    .put("image", picture.pixels(), 1, 3, picture.height(), picture.width());
            return c.answer() == null ? out : out.put("generated_ids", c.generatedIds(), c.generatedIds().length)
                    .putJson("answers", turns.stream().map(Conditioning::answer).toList());
        }
    }

    private static X2iPrompt prompt(GoldenCase golden, Bundle bundle) {
        JsonNode args = golden.args();
        return new X2iPrompt(CaseMedia.prompt(golden), bundle.prompt().withSpecialTokens(SpecialTokens.INTERPRET),
                args.path("use_answer").asBoolean() ? HiddenRows.ANSWER : HiddenRows.PROMPT,
                args.path("max_new_tokens").asInt(X2iPrompt.DEFAULT_NEW_TOKENS), true);
    }

    /** The turns of a dialogue, each with the first picture. */
    private static List<Conditioning> turns(Ops f, X2iPipeline pipeline, GoldenCase golden) {
        List<RgbImage> images = CaseMedia.prompt(golden).images();
        List<MllmTurn> past = new ArrayList<>();
        List<Conditioning> turns = new ArrayList<>();
        for (JsonNode text : golden.args().path("turns")) {
            MllmPrompt said = new MllmPrompt(text.asText(), images.isEmpty() ? images : List.of(images.getFirst()));
            Conditioning c = pipeline.condition(f, X2iPrompt.next(past, said,
                    X2iDialogue.SCRIPT_PROMPT.withSpecialTokens(SpecialTokens.INTERPRET), HiddenRows.BOTH,
                    golden.args().path("max_new_tokens").asInt(X2iDialogue.DEFAULT_NEW_TOKENS)), true, Progress.NONE);
            past.add(new MllmTurn(said, c.answer()));
            turns.add(c);
        }
        if (turns.isEmpty()) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": no turns");
        }
        return turns;
    }

    private static DrawOptions options(JsonNode args, Bundle.Defaults d) {
        return DrawOptions.of(args.path("height").asInt(d.height()), args.path("width").asInt(d.width()), args.path("steps").asInt(d.steps()),
                args.path("guidance").asDouble(d.guidance())).withSeed(args.path("seed").asLong()).withSizes(DrawOptions.Sizes.ROUND_DOWN);
    }
}
