package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.X2iPicture;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

    @Mixin
    private RequestFlags request;

    @ArgGroup(validate = false, heading = "%nOutput:%n", order = 12)
    private Output output = new Output();

    @Spec
    private CommandSpec spec;

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
        request.check();
        request.draw.checkBudgets(false);
        if (output.json && output.quiet) {
            throw new InvalidInputException("--json and --quiet exclude each other: leave one out.");
        }
        Display display = display();
        try (Workplace workplace = Workplace.open(request, spec.commandLine().getErr())) {
            Studio studio = workplace.studio();
            Drawing drawing = workplace.drawing();
            OutputFiles files = OutputFiles.plan(output.file, request.stem() + "-" + drawing.seed(), drawing.count(),
                    3L * drawing.width() * drawing.height() + PNG_OVERHEAD);
            MemoryReport report = output.report ? new MemoryReport(display, workplace.engine()) : null;
            studio.draw(drawing, report == null ? display : report, new Writer(files, display));
            if (report != null) {
                report.print(workplace.processPlan());
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

    private Display display() {
        return output.json ? new JsonLines(spec.commandLine().getOut()) : DrawFlags.display(spec.commandLine().getErr(), output.quiet);
    }
}
