package io.github.x2i4j.app.verify;

import io.github.x2i4j.engine.Engine;

/** Runs the golden cases of one component. */
public interface Component {
    /** Name as in case.json, such as {@code flux-transformer}. */
    String name();

    /**
     * Computes the outputs of a case. Outputs that no tolerance names may be left out.
     *
     * @throws io.github.x2i4j.engine.UnsupportedFeatureException for what this version does not do: the case is skipped, the
     *     message is the reason printed
     */
    Outputs run(GoldenCase golden, Engine engine) throws Exception;
}
