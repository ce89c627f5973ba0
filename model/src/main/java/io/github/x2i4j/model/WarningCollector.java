package io.github.x2i4j.model;

import io.github.x2i4j.model.pipeline.ForwardingProgress;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.ArrayList;
import java.util.List;

/** Passes everything on and keeps the warnings. */
final class WarningCollector extends ForwardingProgress {
    private final List<String> warnings = new ArrayList<>();

    WarningCollector(Progress inner) {
        super(inner);
    }

    List<String> warnings() {
        return warnings;
    }

    @Override
    public void warning(String message) {
        warnings.add(message);
        super.warning(message);
    }
}
