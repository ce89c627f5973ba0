package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.align.AlignNet;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.Loaded;
import java.util.List;

/**
 * X2I: a multimodal LLM reads text and pictures, AlignNet turns its hidden states into FLUX's conditioning, FLUX draws
 * (arXiv 2503.06134, figure 2). Each stage opens its weights when it begins; see {@link Parts} for how long they stay.
 *
 * <p>Any number of threads may share one, each with a scope of its own.
 */
public final class X2iPipeline {
    private final Bundle bundle;
    private final MllmFamily family;
    private final FluxPainter painter;
    private final Parts parts;

    /**
     * Reads configurations, no weights.
     *
     * @param parts opens the weights; closed by its owner
     * @throws InvalidInputException if a part is missing or another than expected
     */
    public X2iPipeline(Bundle bundle, Parts parts) {
        this.bundle = bundle;
        this.parts = parts;
        family = MllmFamilies.of(bundle.family());
        painter = new FluxPainter(bundle.fluxParts(), parts);
    }

    public Bundle bundle() {
        return bundle;
    }

    /**
     * What FLUX is told, and what it was made from.
     *
     * @param inputIds token ids of the prompt, pads included
     * @param generatedIds token ids of the model's answer, or null
     * @param answer the answer as text, or null
     * @param hiddenStates F32 [L+1, S, H], the rows that AlignNet was given; null unless they were asked for
     */
    public record Conditioning(long[] inputIds, long[] generatedIds, String answer, Tensor hiddenStates, TextEmbeddings embeddings) {
    }

    /**
     * Refuses options that cannot be drawn with, before anything is computed.
     *
     * @throws InvalidInputException naming the option
     */
    public void check(DrawOptions o) {
        painter.check(o);
    }

    /** {@link #condition(Ops, X2iPrompt, boolean, Progress)} without the hidden states, which nobody needs for drawing. */
    public Conditioning condition(Ops ops, X2iPrompt prompt, Progress progress) {
        return condition(ops, prompt, false, progress);
    }

    /**
     * Reads a prompt: multimodal LLM, then AlignNet.
     *
     * @param ops owner of the result
     * @param keepStates whether the result holds the hidden states, which are the largest part of it
     */
    public Conditioning condition(Ops ops, X2iPrompt prompt, boolean keepStates, Progress progress) {
        family.abilities().check(prompt.past(), prompt.content());
        family.abilities().check(prompt.past(), prompt.options());
        try (Parts.Use<AlignNet> align = parts.network("alignnet", this::openAlignNet); Scope f = ops.scope()) {
            checkOutputs(align.part());
            painter.checkWeights();
            Read read = read(f, prompt, align.part(), progress);

            progress.stage("align", 0);
            progress.check();
            Tensor states = read.states;                                                // [L+1, S, H]
            AlignNet.Output out = align.part().forward(f, states.reshape(1, states.dim(0), states.dim(1), states.dim(2)),
                    progress.hook());
            Mllm.Answer answer = read.encoded.answer();
            return new Conditioning(read.encoded.inputIds(), answer == null ? null : answer.ids(), answer == null ? null : answer.text(),
                    keepStates ? f.escape(states) : null,
                    new TextEmbeddings(f.escape(out.promptEmbeds()), f.escape(out.pooledPromptEmbeds())));
        }
    }

    /** Draws {@code o.count()} pictures with FLUX. */
    public List<Picture> paint(Ops ops, Conditioning c, DrawOptions o, Progress progress) {
        return painter.paint(ops, c.embeddings, null, o, progress);
    }

    private Loaded<AlignNet> openAlignNet() {
        return Loaded.openWeights(bundle.alignnet(), AlignNet.NAMES, w -> AlignNet.of(w, bundle.alignnetSettings()));
    }

    /** What the multimodal LLM gave, and the rows of it that are used. */
    private record Read(Mllm.Encoded encoded, Tensor states) {
    }

    /** The prompt, whose videos tell how far their decoding has come and can be stopped. */
    private static MllmPrompt watched(MllmPrompt p, Progress progress) {
        List<Video> videos = p.videos().stream().map(v -> v.watched((done, of) -> {
            progress.check();
            progress.video(done, of);
        })).toList();
        return p.withVideos(videos);
    }

    private Read read(Ops f, X2iPrompt prompt, AlignNet align, Progress progress) {
        progress.stage("read prompt", 0);
        progress.check();
        try (Parts.Use<Mllm> use = parts.mllm("mllm", () -> family.open(bundle.mllm()))) {
            Mllm mllm = use.part();
            checkInputs(mllm, align);
            if (prompt.rows() == HiddenRows.PROMPT && !prompt.reply()) {
                Mllm.Encoded e = mllm.encode(f, watched(prompt.content(), progress), prompt.options(), null, progress.hook(), progress::warning);
                return new Read(e, e.hiddenStates());
            }
            return answered(f, mllm, prompt, progress);
        }
    }

    private Read answered(Ops f, Mllm mllm, X2iPrompt prompt, Progress progress) {
        // an answer to the prompt itself does not depend on pads, and none stand between its states and the prompt's
        boolean unpadded = prompt.rows() != HiddenRows.PROMPT && !prompt.answerFromPadded();
        PromptOptions options = unpadded ? prompt.options().unpadded() : prompt.options();
        Mllm.Encoded e = mllm.encode(f, prompt.past(), watched(prompt.content(), progress), options,
                new AnswerOptions(prompt.maxNewTokens(), prompt.answerFromPadded()), progress.hook(), progress::warning);
        Tensor answer = e.answer().hiddenStates();
        if (prompt.rows() == HiddenRows.PROMPT) {
            return new Read(e, e.hiddenStates());
        }
        if (answer == null) {
            progress.warning("the multimodal LLM ended its answer at once; the picture is drawn from the prompt itself");
            Mllm.Encoded padded = !unpadded || prompt.rows() == HiddenRows.BOTH ? e : mllm.encode(f, prompt.past(),
                    watched(prompt.content(), progress), prompt.options(), null, progress.hook(), warning -> { });
            return new Read(new Mllm.Encoded(padded.inputIds(), padded.hiddenStates(), e.answer()), padded.hiddenStates());
        }
        return new Read(e, prompt.rows() == HiddenRows.ANSWER ? answer : f.concat(1, e.hiddenStates(), answer));
    }

    private void checkInputs(Mllm mllm, AlignNet align) {
        boolean layers = align.inChannels() < 0 || align.inChannels() == mllm.numHiddenStates();
        if (!layers || align.inputDim() != mllm.hiddenSize()) {
            throw new InvalidInputException("the AlignNet " + bundle.alignnet() + " takes "
                    + (align.inChannels() < 0 ? "" : align.inChannels() + " ") + "hidden states of width " + align.inputDim()
                    + ", but the multimodal LLM " + bundle.mllm() + " gives " + mllm.numHiddenStates() + " of width "
                    + mllm.hiddenSize() + "; name the AlignNet that was trained for it");
        }
    }

    private void checkOutputs(AlignNet align) {
        int joint = painter.transformer().jointAttentionDim();
        int pooled = painter.transformer().pooledProjectionDim();
        if (align.jointAttentionDim() != joint || align.pooledProjectionDim() != pooled) {
            throw new InvalidInputException("the AlignNet " + bundle.alignnet() + " gives embeddings of width " + align.jointAttentionDim()
                    + " and " + align.pooledProjectionDim() + ", but the transformer of " + bundle.flux() + " takes " + joint + " and "
                    + pooled + "; name the AlignNet that was trained for it");
        }
    }
}
