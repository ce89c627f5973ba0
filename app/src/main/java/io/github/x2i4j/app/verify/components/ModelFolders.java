package io.github.x2i4j.app.verify.components;

import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Model folders of golden cases. */
final class ModelFolders {
    private ModelFolders() {
    }

    /**
     * The model of a case, which must be a folder.
     *
     * @throws UnsupportedFeatureException for a single file, whose sizes would have to follow from its tensors
     */
    static Path of(GoldenCase golden) {
        Path model = golden.model();
        if (model == null) {
            throw new InvalidInputException(golden.folder().resolve("case.json") + ": no model");
        }
        if (Files.isRegularFile(model)) {
            throw new UnsupportedFeatureException("single-file checkpoints (" + model.getFileName()
                    + ") are not read; use a folder with config.json");
        }
        return model;
    }
}
