package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.X2iException;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What all tools for weight files have in common: how they tell of their progress. */
final class ToolFlags {
    @Option(names = {"-q", "--quiet"}, description = "Print no progress.")
    private boolean quiet;

    /** Runs a tool under a display, which ends with it. */
    <T> T run(PrintWriter err, Function<Display, T> tool) {
        Display display = quiet ? new Silence(err) : Terminal.isThere() ? new ProgressBar(err) : new ProgressLines(err);
        try {
            T result = tool.apply(display);
            display.end();
            return result;
        } catch (X2iException e) {
            display.abort();
            throw e;
        }
    }

    /** One of the types that weights are written in. */
    static DType dtype(String option, String text, List<DType> accepted) {
        return accepted.stream().filter(t -> t.name().equalsIgnoreCase(text)).findFirst().orElseThrow(() -> new InvalidInputException(
                option + " " + text + ": takes " + String.join(", ", accepted.stream().map(DType::name).toList()) + "."));
    }

    /** {@code FIELD=VALUE} as its two halves. */
    static String[] pair(String option, String text) {
        int at = text.indexOf('=');
        if (at <= 0 || at == text.length() - 1) {
            throw new InvalidInputException(option + " " + text + ": takes a name, = and a value.");
        }
        return new String[] {text.substring(0, at), text.substring(at + 1)};
    }

    /** A name from a file as it may stand on a terminal. */
    static String shown(String name) {
        StringBuilder s = new StringBuilder();
        name.codePoints().forEach(c -> s.append(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                ? String.format("\\u%04x", c) : Character.toString(c)));
        return s.toString();
    }
}
