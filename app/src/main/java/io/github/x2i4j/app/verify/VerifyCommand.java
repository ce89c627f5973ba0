package io.github.x2i4j.app.verify;

import io.github.x2i4j.app.EngineFlags;
import io.github.x2i4j.app.verify.CaseResult.Status;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code x2i verify}: runs golden cases and prints a line for each. */
@Command(name = "verify", mixinStandardHelpOptions = true, description = {
        "Checks this build, its kernels and this machine against the reference implementations.",
        "Each golden case below the given folders is run and its outputs are compared with the stored ones, within the "
                + "tolerance that the case states. One line a case: PASS or FAIL, component/name, the output that uses up most of "
                + "its tolerance with its rel_l2 and max_abs, and seconds; or SKIP, component/name and the reason."},
        exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
            "0:nothing failed and something passed", "1:a case failed, or none passed",
            "2:no case found, a path does not exist, or an option is wrong"})
public final class VerifyCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "PATH", description = "A case (a folder with a case.json), or a folder of cases.")
    private List<Path> paths;

    @Option(names = {"-v", "--verbose"}, description = "Also print a line for each output.")
    private boolean verbose;

    @Option(names = "--component", paramLabel = "NAME", split = ",", description = "Only cases of these components.")
    private Set<String> only;

    @Option(names = "--tolerance-scale", paramLabel = "F", defaultValue = "1", description = "Multiply each rel_l2 and max_abs "
            + "bound by F, for kernels of reduced precision (default: ${DEFAULT-VALUE}).")
    private double toleranceScale;

    @Mixin
    private EngineFlags engineFlags;

    @Option(names = "--debug", description = "Print the stack trace of what a case threw.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Path> cases = CaseFinder.find(paths);
        Map<Status, Integer> count = new EnumMap<>(Status.class);
        try (Engine engine = engineFlags.open(spec.commandLine().getErr())) {
            Verifier verifier = new Verifier(Components.all(), Checkpoints::open, engine, toleranceScale);
            for (Path folder : cases) {
                if (only == null || only.contains(Verifier.componentOf(folder))) {
                    CaseResult result = verifier.verify(folder);
                    count.merge(result.status(), 1, Integer::sum);
                    print(out, result);
                }
            }
        }
        if (count.isEmpty()) {
            throw new InvalidInputException("no case of component " + String.join(", ", only) + " among the " + cases.size()
                    + " found");
        }
        int passed = count.getOrDefault(Status.PASS, 0);
        int failed = count.getOrDefault(Status.FAIL, 0);
        out.println(passed + " passed, " + failed + " failed, " + count.getOrDefault(Status.SKIP, 0) + " skipped");
        out.flush();
        return failed == 0 && passed > 0 ? 0 : 1;
    }

    private void print(PrintWriter out, CaseResult result) {
        out.println(result.line());
        if (verbose) {
            result.outputLines().forEach(out::println);
        }
        if (debug && result.failure() != null) {
            result.failure().printStackTrace(out);
        }
        out.flush();
    }

    /** Runs this command alone. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** This command with the error handling that the exit codes promise. */
    static CommandLine commandLine() {
        return new CommandLine(new VerifyCommand()).setExecutionExceptionHandler((e, line, parsed) -> {
                    if (e instanceof X2iException) {
                        line.getErr().println(e.getMessage());
                        return 2;
                    }
                    throw e;
                });
    }
}
