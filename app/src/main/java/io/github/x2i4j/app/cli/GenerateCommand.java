package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.app.cli.WeightFlags.Weights;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.SourceImage;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.HiddenRows;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "generate", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws pictures from a prompt, from pictures, or from both.", ""},
        footer = {"", "Examples:",
            "  x2i generate \"red apple on a blue background\" -o apple.png",
            "  x2i generate \"green fox\" --seed 7 --count 4 -o fox.png",
            "  x2i generate \"on a yellow background\" --image cat.png -o cat-on-yellow.png",
            "  x2i generate \"a harbour at dawn\" --flux FLUX.1-dev --steps 28 -o harbour.png"})
final class GenerateCommand implements Runnable {
    /** Bytes that a PNG needs beyond its pixels, generously: header, recipe, and what deflate adds where it cannot shrink. */
    private static final long PNG_OVERHEAD = 1 << 20;
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

    @ArgGroup(validate = false, heading = "%nOutput:%n", order = 12)
    private Output output = new Output();

    @ArgGroup(validate = false, heading = "%nAnswers:%n", order = 2)
    private AnswerFlags answers = new AnswerFlags();

    @Mixin
    private DrawFlags flags;

    @Spec
    private CommandSpec spec;

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
                + "(Qwen2.5-VL, of any size).")
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

    /** Where the results go. */
    static final class Output {
        @Option(names = {"-o", "--output"}, paramLabel = "FILE",
                description = "PNG file to write, replaced where it stands; several pictures become FILE-1.png, FILE-2.png, ... A folder "
                        + "takes x2i-SEED.png (with pictures, videos or sounds NAME-SEED.png, after the first), and nothing in it is replaced. Default: the current folder.")
        Path file;

        @Option(names = "--json", description = "Print one JSON object a line for programs, and nothing else.")
        boolean json;

        @Option(names = "--report", description = "Tell at the end how much memory each stage held: weights mapped, activations, Java heap, "
                + "and where the system tells it, the whole process.")
        boolean report;

        @Option(names = {"-q", "--quiet"}, description = "Print warnings and errors only.")
        boolean quiet;
    }

    @Override
    public void run() {
        flags.pictures.check();
        checkRequest();
        checkAnswer();
        Weights weights = flags.weights.weights();
        checkFor(weights);
        Display display = display();
        try (Engine engine = Engine.open(flags.engine.options()); Studio studio = open(weights, engine)) {
            Drawing drawing = flags.pictures.complete(studio.defaults());
            OutputFiles files = OutputFiles.plan(output.file, request.stem() + "-" + drawing.seed(), drawing.count(),
                    3L * drawing.width() * drawing.height() + PNG_OVERHEAD);
            MemoryReport report = output.report ? new MemoryReport(display, engine) : null;
            studio.draw(drawing, report == null ? display : report, new Writer(files, display));
            if (report != null) {
                report.print();
            }
        } catch (RuntimeException | Error e) {
            display.abort();
            throw e;
        }
    }

    /** Writes each picture when it is finished. */
    private static final class Writer implements Consumer<X2iPicture> {
        private final OutputFiles files;
        private final Display display;
        private int written;
        private long started = System.nanoTime();

        Writer(OutputFiles files, Display display) {
            this.files = files;
            this.display = display;
        }

        @Override
        public void accept(X2iPicture picture) {
            display.end();
            boolean replaced = files.write(written, picture.toPng());
            long now = System.nanoTime();
            display.picture(new Display.Written(files.file(written), replaced, (now - started) / 1e9, picture.recipe()));
            written++;
            started = now;
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
        if (output.json && output.quiet) {
            throw new InvalidInputException("--json and --quiet exclude each other: leave one out.");
        }
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

    private Studio open(Weights weights, Engine engine) {
        return weights instanceof Weights.PlainFlux flux
                ? new FluxStudio(flux.parts(), prompt(), request.negative,
                        request.trueCfg != null ? request.trueCfg : request.negative != null ? DEFAULT_TRUE_CFG : 1, start(), engine)
                : x2i(DrawFlags.bundle(weights), engine);
    }

    /** What is drawn. */
    private HiddenRows rows() {
        return answers.rows().orElse(request.answer ? HiddenRows.ANSWER : HiddenRows.PROMPT);
    }

    private Studio x2i(Bundle bundle, Engine engine) {
        PromptOptions options = promptFlags.options(bundle);
        X2iRequest.Builder content = X2iRequest.builder().text(prompt()).prompt(options).specialTokens(promptFlags.specialTokens())
                .drawFrom(rows()).maxNewTokens(answers.maxNewTokens()).answerFromPadded(request.answerFromPadded);
        request.images.forEach(file -> content.image(SourceImage.read(file, PromptFlags.transparency(options))));
        request.videos.forEach(file -> content.video(media.video(file)));
        request.audios.forEach(file -> content.audio(media.audio(file)));
        return new X2iStudio(bundle, content, engine);
    }

    private FluxStudio.Start start() {
        return request.initImage == null ? null : new FluxStudio.Start(SourceImage.read(request.initImage),
                request.strength == null ? DEFAULT_STRENGTH : request.strength);
    }

    private Display display() {
        return output.json ? new JsonLines(spec.commandLine().getOut()) : DrawFlags.display(spec.commandLine().getErr(), output.quiet);
    }
}
