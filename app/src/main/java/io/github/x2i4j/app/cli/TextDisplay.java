package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.Recipe;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What every display for people says in the same words. */
abstract class TextDisplay implements Display {
    protected final PrintWriter err;

    protected TextDisplay(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void warning(String message) {
        err.println("x2i: warning: " + message);
    }

    @Override
    public void memory(List<MemoryReport.Stage> stages, MemoryReport.Peaks peaks) {
        err.println(String.format(Locale.ROOT, "%-16s %12s %12s %12s %12s %12s", "memory in MB", "weights", "activations", "heap", "resident",
                peaks.planned() < 0 ? "" : "planned").stripTrailing());
        for (MemoryReport.Stage s : stages) {
            err.println(String.format(Locale.ROOT, "%-16s %12s %12s %12s %12s %12s", s.name(), mega(s.mapped()), mega(s.pool()), mega(s.heap()),
                    mega(s.resident()), peaks.planned() < 0 ? "" : mega(s.planned())).stripTrailing());
        }
        err.println("peak of the activations' pool: " + mega(peaks.pool()) + " MB; of the whole process: " + mega(peaks.resident()) + " MB resident"
                + (peaks.planned() < 0 ? "" : ", planned " + mega(peaks.planned()) + " MB, " + mega(peaks.bound()) + " MB at most"));
        peaks.methods().forEach(how -> err.println("steps were " + how));
    }

    private static String mega(long bytes) {
        return bytes < 0 ? "-" : String.format(Locale.ROOT, "%.1f", bytes / 1e6);
    }

    @Override
    public void picture(Written p) {
        Recipe recipe = p.recipe();
        if (recipe.reading() != null && recipe.reading().answer() != null) {
            err.println("answer: " + recipe.reading().answer());
        }
        err.println(String.format(Locale.ROOT, "%s %s: %d x %d, seed %d, %.1f s", p.replaced() ? "replaced" : "wrote", p.file(),
                recipe.drawing().width(), recipe.drawing().height(), recipe.drawing().seed(), p.seconds()));
    }
}
