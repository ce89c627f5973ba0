package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.pipeline.Bundle.Defaults;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.Picture;
import io.github.x2i4j.model.pipeline.Progress;

/** A system of weights and a request to it: what X2I and plain FLUX have in common for someone who wants pictures. */
interface Studio {
    /** What holds where the user says nothing. */
    Defaults defaults();

    /** Refuses options that these weights cannot draw with, before anything is computed. */
    void check(DrawOptions o);

    /** Reads the request, once for all its pictures. */
    void read(Scope scope, Progress progress);

    /** What the language model answered, or null. */
    String answer();

    /** Draws one picture of the request. */
    Picture draw(Scope scope, DrawOptions o, Progress progress);
}
