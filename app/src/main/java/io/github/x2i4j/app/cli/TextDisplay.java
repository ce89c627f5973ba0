package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.Recipe;
import java.io.PrintWriter;
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
    public void picture(Written p) {
        Recipe recipe = p.recipe();
        if (recipe.reading() != null && recipe.reading().answer() != null) {
            err.println("answer: " + recipe.reading().answer());
        }
        err.println(String.format(Locale.ROOT, "%s %s: %d x %d, seed %d, %.1f s", p.replaced() ? "replaced" : "wrote", p.file(),
                recipe.drawing().width(), recipe.drawing().height(), recipe.drawing().seed(), p.seconds()));
    }
}
