package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.WeightFlags.Weights;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.SourceImage;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.HiddenRows;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What to draw, from what, and with which weights: the options of a command about one request. */
final class RequestFlags {
    /** What stands in a text for bytes that could not be decoded. */
    private static final char UNREADABLE = '\uFFFD';
    private static final double DEFAULT_TRUE_CFG = 4;
    private static final double DEFAULT_STRENGTH = 0.6;

    @Parameters(arity = "0..*", paramLabel = "PROMPT", description = "What to draw, in quotes.")
    private List<String> prompts;

    @ArgGroup(validate = false, heading = "%nWhat to draw:%n", order = 0)
    private Request request = new Request();

    @ArgGroup(validate = false, heading = "%nHow the language model reads it:%n", order = 1)
    private PromptFlags promptFlags = new PromptFlags();

    @ArgGroup(validate = false, heading = "%nHow much of videos and sounds is read:%n", order = 2)
    private MediaFlags media = new MediaFlags();

    @ArgGroup(validate = false, heading = "%nAnswers:%n", order = 2)
    private AnswerFlags answers = new AnswerFlags();

    @Mixin
    DrawFlags draw;

    /** What beside the prompt says what to draw. */
    static final class Request {
        @Option(names = {"-i", "--image"}, paramLabel = "FILE",
                description = "A picture that the language model sees (PNG, JPEG, WebP, GIF, BMP); may be given several times.")
        List<Path> images = List.of();

        @Option(names = "--video", paramLabel = "FILE",
                description = "A video that the language model sees, about a frame a second of it (MP4 with H.264).")
        List<Path> videos = List.of();

        @Option(names = "--audio", paramLabel = "FILE",
                description = "A sound that the language model hears (MiniCPM-o); may be given several times.")
        List<Path> audios = List.of();

        @Option(names = "--answer", description = "Draw what the language model answers to the prompt instead of the prompt, and print it "
                + "(every family; X2I's own script does it with Qwen2.5-VL 7B).")
        boolean answer;

        @Option(names = "--answer-from-padded", description = "The answer follows the prompt's padding, as in X2I's script, instead of the "
                + "prompt.")
        boolean answerFromPadded;

        @Option(names = "--negative-prompt", paramLabel = "TEXT",
                description = "What the picture shall not show; plain FLUX only, with --true-cfg.")
        String negative;

        @Option(names = "--true-cfg", paramLabel = "S", description = "Weight of prompt against negative prompt. Default: 4 with a "
                + "negative prompt.")
        Double trueCfg;

        @Option(names = "--init-image", paramLabel = "FILE", description = "A picture to begin with; plain FLUX only.")
        Path initImage;

        @Option(names = "--strength", paramLabel = "S",
                description = "How much of --init-image is drawn anew, above 0 and up to 1. Default: 0.6.")
        Double strength;

        /** What files are called after: what is shown or heard, if anything is. */
        private String stem() {
            String name = Stream.of(images, videos, audios).flatMap(List::stream).findFirst().map(p -> String.valueOf(p.getFileName()))
                    .orElse("x2i");
            int dot = name.lastIndexOf('.');
            return dot > 0 ? name.substring(0, dot) : name;
        }

        private boolean seesNothing() {
            return images.isEmpty() && videos.isEmpty() && audios.isEmpty();
        }

        private boolean forPlainFlux() {
            return negative != null || trueCfg != null || initImage != null || strength != null;
        }
    }

    /**
     * Checks what can be checked without weights.
     *
     * @throws InvalidInputException if options contradict each other, are out of range or missing
     */
    void check() {
        draw.pictures.check();
        checkRequest();
        checkAnswer();
        checkFor(draw.weights.weights());
    }

    /** Opens what the options name, for their request. */
    Studio open(Engine engine, MemoryBudget budget) {
        return open(draw.weights.weights(), engine, budget);
    }

    /** What files are called after. */
    String stem() {
        return request.stem();
    }

    /** Takes a prompt where the user gave nothing to draw from. */
    void promptOtherwise(String text) {
        if (prompts == null && request.seesNothing()) {
            prompts = List.of(text);
        }
    }

    private void checkRequest() {
        if (prompts != null && prompts.size() > 1) {
            throw new InvalidInputException("there are " + prompts.size() + " prompts, from \"" + prompts.get(0) + "\" to \""
                    + prompts.getLast() + "\": put the whole prompt in quotes.");
        }
        if (prompt() != null && prompt().indexOf(UNREADABLE) >= 0 || request.negative != null && request.negative.indexOf(UNREADABLE) >= 0) {
            throw new InvalidInputException("the prompt holds characters that Java cannot read in this locale ("
                    + System.getProperty("sun.jnu.encoding") + "): set LC_ALL to a UTF-8 locale, such as C.UTF-8.");
        }
        media.check(!request.videos.isEmpty(), !request.audios.isEmpty());
    }

    private void checkAnswer() {
        boolean answered = rows() != HiddenRows.PROMPT;
        if (request.answer && !answered) {
            throw new InvalidInputException("--hidden prompt draws no answer: leave it or --answer out.");
        }
        if (!answered && (answers.maxNewTokens() != null || request.answerFromPadded)) {
            throw new InvalidInputException("--max-new-tokens and --answer-from-padded are about an answer: ask for one with --answer or "
                    + "--hidden both.");
        }
    }

    private String prompt() {
        return prompts == null ? null : prompts.getFirst();
    }

    private void checkFor(Weights weights) {
        if (!(weights instanceof Weights.PlainFlux)) {
            if (request.forPlainFlux()) {
                throw new InvalidInputException("--negative-prompt, --true-cfg, --init-image and --strength are for plain FLUX: name "
                        + "--flux without --mllm and --alignnet, or leave them out.");
            }
            if (prompt() == null && request.seesNothing()) {
                throw new InvalidInputException("there is nothing to draw from: say in quotes what to draw, or name a picture with "
                        + "--image, a video with --video or a sound with --audio.");
            }
            return;
        }
        if (!request.seesNothing() || rows() != HiddenRows.PROMPT) {
            throw new InvalidInputException("--image, --video, --audio, --answer and --hidden need a language model: name --mllm and --alignnet too, "
                    + "or use --init-image to begin with a picture.");
        }
        if (prompt() == null) {
            throw new InvalidInputException("plain FLUX draws from a prompt: say in quotes what to draw.");
        }
        if (promptFlags.given()) {
            throw new InvalidInputException(PromptFlags.NAMES + " are for a language model: name --mllm and --alignnet too, or leave them "
                    + "out.");
        }
        if (request.initImage == null && request.strength != null) {
            throw new InvalidInputException("--strength goes with --init-image: name the picture to begin with.");
        }
        if (request.negative == null && request.trueCfg != null) {
            throw new InvalidInputException("--true-cfg goes with --negative-prompt: say what the picture shall not show.");
        }
    }

    private Studio open(Weights weights, Engine engine, MemoryBudget budget) {
        return weights instanceof Weights.PlainFlux flux
                ? new FluxStudio(flux.parts(), prompt(), request.negative,
                        request.trueCfg != null ? request.trueCfg : request.negative != null ? DEFAULT_TRUE_CFG : 1, start(), engine, budget)
                : x2i(DrawFlags.bundle(weights), engine, budget);
    }

    /** What is drawn. */
    private HiddenRows rows() {
        return answers.rows().orElse(request.answer ? HiddenRows.ANSWER : HiddenRows.PROMPT);
    }

    private Studio x2i(Bundle bundle, Engine engine, MemoryBudget budget) {
        PromptOptions options = promptFlags.options(bundle);
        X2iRequest.Builder content = X2iRequest.builder().text(prompt()).prompt(options).specialTokens(promptFlags.specialTokens())
                .drawFrom(rows()).maxNewTokens(answers.maxNewTokens()).answerFromPadded(request.answerFromPadded);
        request.images.forEach(file -> content.image(SourceImage.read(file, PromptFlags.transparency(options))));
        request.videos.forEach(file -> content.video(media.video(file)));
        request.audios.forEach(file -> content.audio(media.audio(file)));
        return new X2iStudio(bundle, content, engine, budget);
    }

    private FluxStudio.Start start() {
        return request.initImage == null ? null : new FluxStudio.Start(SourceImage.read(request.initImage),
                request.strength == null ? DEFAULT_STRENGTH : request.strength);
    }
}
