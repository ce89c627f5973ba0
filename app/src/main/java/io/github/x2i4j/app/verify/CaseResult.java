package io.github.x2i4j.app.verify;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What became of one golden case.
 *
 * @param checks one for each output that a tolerance names, in the order of case.json; empty where nothing was compared
 * @param message why it was skipped or could not be run; empty otherwise
 * @param outputs everything the component computed, or null where it did not come to that
 * @param failure what was thrown, or null
 */
public record CaseResult(Path folder, String component, String name, Status status, List<OutputCheck> checks, String message,
        double seconds, Outputs outputs, Throwable failure) {

    public enum Status { PASS, FAIL, SKIP }

    static CaseResult skipped(Path folder, String component, String name, String reason) {
        return new CaseResult(folder, component, name, Status.SKIP, List.of(), oneLine(reason), 0, null, null);
    }

    static CaseResult failed(Path folder, String component, String name, String message, double seconds, Throwable failure) {
        return new CaseResult(folder, component, name, Status.FAIL, List.of(), oneLine(message), seconds, null, failure);
    }

    static CaseResult compared(Path folder, String component, String name, List<OutputCheck> checks, double seconds,
            Outputs outputs) {
        boolean passed = checks.stream().allMatch(OutputCheck::passed);
        return new CaseResult(folder, component, name, passed ? Status.PASS : Status.FAIL, List.copyOf(checks), "", seconds,
                outputs, null);
    }

    /** The output that uses up most of its bound. */
    public Optional<OutputCheck> worst() {
        return checks.stream().max(Comparator.comparing((OutputCheck c) -> !c.passed()).thenComparingDouble(OutputCheck::used));
    }

    /** {@code PASS component/name worst-output rel_l2 max_abs seconds}, or the status, the case and the message. */
    public String line() {
        String head = status + " " + component + "/" + name + " ";
        return worst().map(w -> head + w.output() + numbers(w) + String.format(Locale.ROOT, " %.3f", seconds) + tail(w))
                .orElse(head + message);
    }

    /** One line an output, for {@code -v}. */
    public List<String> outputLines() {
        return checks.stream().map(c -> "  " + (c.passed() ? "pass " : "fail ") + c.output() + numbers(c) + tail(c)).toList();
    }

    private static String numbers(OutputCheck c) {
        return " " + number(c.relL2()) + " " + number(c.maxAbs());
    }

    private static String tail(OutputCheck c) {
        return c.problem().isEmpty() ? "" : " " + oneLine(c.problem());
    }

    private static String number(double v) {
        return v == 0 ? "0" : Double.isInfinite(v) ? "inf" : String.format(Locale.ROOT, "%.2e", v);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
