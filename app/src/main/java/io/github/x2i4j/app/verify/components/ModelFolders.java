package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.engine.InvalidInputException;
import java.nio.file.Path;

/** Models of golden cases. */
final class ModelFolders {
    private ModelFolders() {
    }

    /**
     * The model of a case: a folder, or a single file where its component takes one.
     *
     * @throws InvalidInputException if the case names none
     */
    static Path of(GoldenCase golden) {
        Path model = golden.model();
        if (model == null) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": no model");
        }
        return model;
    }
}
