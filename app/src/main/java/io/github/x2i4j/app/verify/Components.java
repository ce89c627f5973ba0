package io.github.x2i4j.app.verify;

import io.github.x2i4j.app.verify.components.NoiseComponent;
import java.util.List;

/** The components that golden cases can be run against. */
public final class Components {
    private static final List<Component> ALL = List.of(
            new NoiseComponent());

    private Components() {
    }

    public static List<Component> all() {
        return ALL;
    }
}
