package io.github.x2i4j.model;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.memory.MemoryKeeper;
import io.github.x2i4j.model.memory.MemoryPlan;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Parts;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.pipeline.X2iPipeline;
import io.github.x2i4j.model.pipeline.X2iPipeline.Conditioning;
import io.github.x2i4j.model.pipeline.X2iPrompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Draws pictures from text and pictures: one X2I system, opened.
 *
 * <p>Safe to call from several threads. Requests are served one after the other, in the order in which they came, because one
 * request keeps all of the engine's threads busy and memory is planned for one; a request that waits can be cancelled.
 */
public final class X2i implements AutoCloseable {
    /** How often a waiting request looks whether it was cancelled. */
    private static final long POLL_MILLIS = 50;
    /** The generator uses the low 32 bits of a seed. */
    private static final long SEEDS = 1L << 32;

    private final Engine engine;
    private final boolean ownsEngine;
    private final Parts parts;
    private final X2iPipeline pipeline;
    /** Null for none. */
    private final MemoryBudget budget;
    private final ReentrantLock turn = new ReentrantLock(true);
    private boolean closed;

    private X2i(Bundle bundle, Engine engine, boolean ownsEngine, Parts parts, MemoryBudget budget) {
        this.engine = engine;
        this.budget = budget;
        this.ownsEngine = ownsEngine;
        this.parts = parts;
        pipeline = new X2iPipeline(bundle, parts);
    }

    /**
     * Opens a bundle with an engine of its own. Each stage of a request opens its weights and releases them, so memory is that of
     * the largest stage.
     *
     * @param bundle a folder with x2i.json
     * @throws io.github.x2i4j.engine.InvalidInputException saying what is wrong with which file
     */
    public static X2i open(Path bundle) {
        Bundle b = Bundle.open(bundle);
        Engine engine = Engine.open(EngineOptions.DEFAULT);
        try {
            return new X2i(b, engine, true, Parts.released(), null);
        } catch (Throwable e) {
            engine.close();
            throw e;
        }
    }

    /**
     * Opens a bundle with the caller's engine, which must stay open as long as this.
     *
     * @param bundle see {@link Bundle#open} and, for parts of your own, {@link Bundle#of}
     * @param keepLoaded weights stay open from the first request that uses them until {@link #close}, for repeated requests
     * @throws io.github.x2i4j.engine.InvalidInputException saying what is wrong with which file
     */
    public static X2i open(Bundle bundle, Engine engine, boolean keepLoaded) {
        return new X2i(bundle, engine, false, keepLoaded ? Parts.kept() : Parts.released(), null);
    }

    /**
     * Opens a bundle that keeps a memory budget: each request is planned before it is computed and refused where the budget would not
     * do; weights that do not fit stream from their files block by block. The engine must serve nobody else.
     *
     * @param budget what the whole process may hold, the Java heap with its limit (-Xmx) counted in full; where the engine computes on a
     *     GPU, what may be held of the GPU's memory
     * @throws io.github.x2i4j.engine.InvalidInputException saying what is wrong with which file
     */
    public static X2i open(Bundle bundle, Engine engine, MemoryBudget budget) {
        return new X2i(bundle, engine, false, Parts.kept(), budget);
    }

    /** What was opened, and its defaults. */
    public Bundle bundle() {
        return pipeline.bundle();
    }

    /** Version of this library, such as {@code 1.0.0}; {@code unknown} where it was not built as a jar. */
    public static String version() {
        return LibraryVersion.text();
    }

    /** One picture of a text, with the bundle's defaults and a random seed (see {@link Recipe.Drawing#seed}). */
    public X2iPicture generate(String text) {
        return generate(X2iRequest.of(text), Progress.NONE).pictures().getFirst();
    }

    /** {@link #generate(X2iRequest, Progress, Consumer)}; the pictures are in the result only. */
    public X2iResult generate(X2iRequest request, Progress progress) {
        return generate(request, progress, picture -> { });
    }

    /**
     * Draws the pictures of a request.
     *
     * @param progress is told stages, steps and warnings, on the calling thread, and can cancel
     * @param finished is given each picture as soon as it is finished, on the calling thread
     * @throws io.github.x2i4j.engine.InvalidInputException if the request or a file is wrong
     * @throws CancelledException if {@code progress} said so or the thread was interrupted
     */
    public X2iResult generate(X2iRequest request, Progress progress, Consumer<X2iPicture> finished) {
        Work work = work(request);
        return exclusively(progress, () -> run(work, progress, finished));
    }

    private Work work(X2iRequest r) {
        return new Work(prompt(r), r.images(), r.videos(), r.audios(), List.of(), draw(r), r.count());
    }

    /**
     * What memory a request would need, stage by stage. Weight files are opened, but nothing of them is read except small tensors.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if the request or a file is wrong
     */
    public MemoryPlan plan(X2iRequest request) {
        Work work = work(request);
        return exclusively(Progress.NONE, () -> MemoryKeeper.plan(engine, (f, p) -> rehearse(work, f, p), budget, Progress.NONE));
    }

    /** All that memory depends on: further pictures are drawn as the first, and what videos show does not matter. */
    private List<Picture> rehearse(Work work, Scope f, Progress progress) {
        X2iPrompt blank = work.prompt.withVideos(work.prompt.content().videos().stream().map(Video::blank).toList());
        return pipeline.paint(f, pipeline.condition(f, blank, progress), work.draw, progress);
    }

    /** Begins a dialogue, in which the language model remembers what was said and shown before. */
    public X2iDialogue dialogue() {
        return new X2iDialogue(this);
    }

    /** Does something while no request is served, as soon as it is its turn. */
    <T> T exclusively(Progress progress, Supplier<T> work) {
        await(progress);
        try {
            if (closed) {
                throw new IllegalStateException("used after it was closed");
            }
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    private void await(Progress progress) {
        try {
            while (!turn.tryLock(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                progress.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        }
    }

    /**
     * What to draw from and how.
     *
     * @param before the dialogue that the prompt goes on with
     * @param count number of pictures
     */
    record Work(X2iPrompt prompt, List<SourceImage> images, List<SourceVideo> videos, List<SourceAudio> audios,
            List<X2iDialogue.Turn> before, DrawOptions draw, int count) {
    }

    /** Does a request's work; within {@link #exclusively}. */
    X2iResult run(Work work, Progress listener, Consumer<X2iPicture> finished) {
        WarningCollector progress = new WarningCollector(listener);
        if (budget != null) {
            return MemoryKeeper.run(engine, budget, (f, p) -> rehearse(work, f, p), (f, p) -> draw(work, f, p, progress, finished), progress);
        }
        try (Scope f = engine.scope()) {
            return draw(work, f, progress, progress, finished);
        }
    }

    private X2iResult draw(Work work, Scope f, Progress progress, WarningCollector warnings, Consumer<X2iPicture> finished) {
        List<X2iPicture> pictures = new ArrayList<>();
        Conditioning c = pipeline.condition(f, work.prompt, progress);
        for (int i = 0; i < work.count; i++) {
            DrawOptions one = work.draw.withSeed(work.draw.seed() + i);
            Picture drawn = pipeline.paint(f, c, one, progress).getFirst();
            X2iPicture picture = new X2iPicture(drawn.toRgb(),
                    Recipe.ofX2i(engine.info(), bundle(), work.prompt, work.images, work.videos, work.audios, one, drawn, c.answer()).after(work.before));
            pictures.add(picture);
            finished.accept(picture);
        }
        return new X2iResult(pictures, c.answer(), warnings.warnings());
    }

    private X2iPrompt prompt(X2iRequest r) {
        PromptOptions options = or(r.prompt(), bundle().prompt()).withSpecialTokens(r.specialTokens());
        return new X2iPrompt(content(r.text(), r.images(), r.videos(), r.audios()), options, or(r.rows(), HiddenRows.PROMPT),
                or(r.maxNewTokens(), X2iPrompt.DEFAULT_NEW_TOKENS), r.answerFromPadded());
    }

    static MllmPrompt content(String text, List<SourceImage> images, List<SourceVideo> videos, List<SourceAudio> audios) {
        return new MllmPrompt(text, images.stream().map(SourceImage::image).toList(), videos.stream().map(SourceVideo::video).toList(),
                audios.stream().map(SourceAudio::samples).toList());
    }

    /** How a request's pictures are drawn, checked. */
    DrawOptions draw(X2iRequest r) {
        Bundle.Defaults d = bundle().defaults();
        DrawOptions draw = DrawOptions.of(or(r.height(), d.height()), or(r.width(), d.width()), or(r.steps(), d.steps()),
                        or(r.guidance(), d.guidance()))
                .withSizes(r.sizes()).withVaeTile(r.vaeTile()).withNoise(r.noise()).withSeed(or(r.seed(), ThreadLocalRandom.current().nextLong(SEEDS)));
        pipeline.check(draw);
        return draw;
    }

    private static <T> T or(T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    /** Waits for the request in progress, then releases the weights, and the engine if it was opened here. */
    @Override
    public void close() {
        turn.lock();
        try {
            if (!closed) {
                closed = true;
                parts.close();
                if (ownsEngine) {
                    engine.close();
                }
            }
        } finally {
            turn.unlock();
        }
    }
}
