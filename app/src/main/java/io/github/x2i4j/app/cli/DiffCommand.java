package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.tools.compare.CheckpointDiff;
import io.github.x2i4j.tools.compare.TensorDifference;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "diff", mixinStandardHelpOptions = true,
        description = {"Compares two checkpoints tensor by tensor, by name: those of only one of them, shapes, types and values.", ""},
        footer = {"", "< and > stand before tensors of only the first or second one; max is the largest difference of two values, rel that of the "
            + "whole tensor relative to the first one's (root of sums of squares).",
            "", "Exit codes: 0 the same, 1 different, 2 cannot be read."})
final class DiffCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE|DIR", description = "The first checkpoint.")
    private Path first;

    @Parameters(index = "1", paramLabel = "FILE|DIR", description = "The second checkpoint.")
    private Path second;

    @Mixin
    private ToolFlags tool;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CheckpointDiff diff = tool.run(spec.commandLine().getErr(), progress -> {
            try (Checkpoint a = Checkpoints.open(first); Checkpoint b = Checkpoints.open(second)) {
                return CheckpointDiff.of(a, b, progress);
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        diff.onlyInFirst().forEach(t -> out.println("< " + told(t)));
        diff.onlyInSecond().forEach(t -> out.println("> " + told(t)));
        diff.changed().forEach(c -> out.println("! " + ToolFlags.shown(c.name()) + ": " + told(c)));
        out.println(diff.isEmpty() ? "the same: " + diff.same() + " tensors" : diff.same() + " tensors the same, " + diff.changed().size()
                + " different, " + diff.onlyInFirst().size() + " only in the first, " + diff.onlyInSecond().size() + " only in the second");
        out.flush();
        return diff.isEmpty() ? 0 : 1;
    }

    private static String told(TensorInfo t) {
        return ToolFlags.shown(t.name()) + " " + t.dtype() + " " + t.shape();
    }

    private static String told(CheckpointDiff.Change c) {
        String types = c.sameDtype() ? c.firstDtype() : c.firstDtype() + " and " + c.secondDtype();
        if (!c.sameShape()) {
            return types + ", shapes " + c.firstShape() + " and " + c.secondShape();
        }
        TensorDifference d = c.values();
        return types + " " + c.firstShape() + (d == null ? ", data differs" : d.different() == 0 ? ", equal values"
                : String.format(Locale.ROOT, ", %d values differ, max %.3g, rel %.3g", d.different(), d.maxAbs(), d.relL2()));
    }
}
