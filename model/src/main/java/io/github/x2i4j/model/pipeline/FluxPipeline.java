package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.pipeline.FluxTextEncoders.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Plain FLUX: text to picture, with a negative prompt, or beginning with a picture (diffusers' FluxPipeline and
 * FluxImg2ImgPipeline). Each stage opens its weights when it begins; {@link Parts} says how long they stay.
 *
 * <p>Any number of threads may share one.
 */
public final class FluxPipeline {
    private final FluxPainter painter;
    private final FluxTextEncoders text;

    /**
     * Reads the sizes of the parts, of weights at most headers.
     *
     * @param parts opens the weights; closed by its owner
     * @throws io.github.x2i4j.engine.InvalidInputException if the parts of the folder are missing or do not fit each other
     */
    public FluxPipeline(FluxParts flux, Parts parts) {
        painter = new FluxPainter(flux, parts);
        text = new FluxTextEncoders(flux, parts);
    }

    /**
     * Opens a FLUX pipeline folder or a single file with all parts, each of which holds its weights only while it works.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if it is no such folder, or its parts do not fit each other
     */
    public static FluxPipeline open(Path flux) {
        return new FluxPipeline(FluxParts.open(flux), Parts.released());
    }

    /**
     * Refuses options that this model cannot draw with, before anything is computed.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException naming the option
     */
    public void check(DrawOptions o) {
        painter.check(o);
    }

    /**
     * Draws {@code o.count()} pictures of a prompt.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if an option or a file is wrong
     * @throws CancelledException if {@code progress} says so
     */
    public List<Picture> generate(Ops ops, FluxPrompt prompt, DrawOptions o, Progress progress) {
        painter.check(o);
        painter.checkWeights();
        List<Text> texts = new ArrayList<>();
        texts.add(new Text("prompt", prompt.prompt(), prompt.prompt2() == null ? prompt.prompt() : prompt.prompt2()));
        if (prompt.negative() != null && o.trueCfgScale() > 1) {
            texts.add(new Text("negative prompt", prompt.negative(), prompt.negative()));
        }
        try (Scope f = ops.scope()) {
            List<TextEmbeddings> e = text.encode(f, texts, prompt.maxSequenceLength(), progress);
            return painter.paint(f, e.getFirst(), e.size() > 1 ? e.get(1) : null, o, progress);
        }
    }
}
