package io.github.x2i4j.model;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.MllmTurn;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.pipeline.X2iPrompt;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A dialogue that draws: the multimodal LLM reads all that was said, answers, and the picture of each turn is drawn from the prompt
 * and the answer (X2I's {@code inference_multi_turn}). Begun by {@link X2i#dialogue()}; several may go on at once.
 *
 * <p>A picture that is shown stays shown: it is sent again with every turn, as the script does, until another takes its place.
 *
 * <p>Safe to call from several threads; turns are taken one after the other. A turn that fails or is cancelled leaves the dialogue as it
 * was. Nothing needs closing.
 */
public final class X2iDialogue {
    /** Most tokens of an answer where a request does not say otherwise. */
    public static final int DEFAULT_NEW_TOKENS = 64;

    /** Where qwen_vl_utils limits pictures if nothing else is asked for. */
    private static final long MAX_PIXELS = 16384 * 28 * 28;

    /**
     * How the script's prompts become tokens: {@code str(dict)} with three keys, pictures squashed to 256 x 256 and sent through
     * qwen_vl_utils, no padding.
     */
    public static final PromptOptions SCRIPT_PROMPT = new PromptOptions(32_768, Padding.NONE, new ImageSize(256, 256),
            SpecialTokens.NEUTRALISE).withStyle(PromptStyle.DICT3).withMaxPixels(MAX_PIXELS);

    /**
     * A turn that is over.
     *
     * @param text what the user said, or null
     * @param images what was shown with it
     * @param answer what the model answered; it may be empty
     */
    public record Turn(String text, List<SourceImage> images, String answer) {
        public Turn {
            images = List.copyOf(images);
        }
    }

    private final X2i x2i;
    private final List<Turn> past = new ArrayList<>();
    private List<SourceImage> shown = List.of();

    X2iDialogue(X2i x2i) {
        this.x2i = x2i;
    }

    /** The turns so far, oldest first. */
    public List<Turn> turns() {
        synchronized (past) {
            return List.copyOf(past);
        }
    }

    /** Shows pictures with every turn from the next one on; none to show none. */
    public void show(List<SourceImage> images) {
        synchronized (past) {
            shown = List.copyOf(images);
        }
    }

    /**
     * Takes a turn.
     *
     * @param request pictures in it are shown from this turn on, in place of others. What it leaves open: {@code rows} are prompt and
     *     answer, {@code maxNewTokens} {@value #DEFAULT_NEW_TOKENS}, {@code prompt} {@link #SCRIPT_PROMPT}, the rest the bundle's
     * @param progress see {@link X2i#generate(X2iRequest, Progress, Consumer)}
     * @param finished is given each picture as soon as it is finished, on the calling thread
     * @return the answer is never null
     * @throws io.github.x2i4j.engine.InvalidInputException if the request is wrong or the dialogue has become too long
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException if there are videos or sounds, or more pictures than the family reads
     */
    public X2iResult say(X2iRequest request, Progress progress, Consumer<X2iPicture> finished) {
        if (!request.videos().isEmpty() || !request.audios().isEmpty()) {
            throw new UnsupportedFeatureException("a dialogue is about text and pictures; draw from a video or sound by itself");
        }
        DrawOptions draw = x2i.draw(request);
        return x2i.exclusively(progress, () -> {
            List<Turn> before = turns();
            List<SourceImage> images = request.images().isEmpty() ? shown() : request.images();
            X2iResult result = x2i.run(new X2i.Work(prompt(before, request, images), images, List.of(), List.of(), before, draw, request.count()), progress,
                    finished);
            synchronized (past) {
                past.add(new Turn(request.text(), images, result.answer()));
                shown = request.images().isEmpty() ? shown : images;
            }
            return result;
        });
    }

    /**
     * Takes the last turn back, after waiting for one in progress; what is shown stays.
     *
     * @return whether there was one
     */
    public boolean undo() {
        return x2i.exclusively(Progress.NONE, () -> {
            synchronized (past) {
                return !past.isEmpty() && past.removeLast() != null;
            }
        });
    }

    private List<SourceImage> shown() {
        synchronized (past) {
            return shown;
        }
    }

    private static X2iPrompt prompt(List<Turn> before, X2iRequest r, List<SourceImage> images) {
        PromptOptions options = (r.prompt() == null ? SCRIPT_PROMPT : r.prompt()).withSpecialTokens(r.specialTokens());
        List<MllmTurn> turns = before.stream().map(t -> new MllmTurn(X2i.content(t.text, t.images, List.of(), List.of()), t.answer)).toList();
        MllmPrompt content = X2i.content(r.text(), images, List.of(), List.of());
        return X2iPrompt.next(turns, content, options, r.rows() == null ? HiddenRows.BOTH : r.rows(),
                r.maxNewTokens() == null ? DEFAULT_NEW_TOKENS : r.maxNewTokens());
    }
}
