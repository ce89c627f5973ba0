/** Tools for weight files. */
module io.github.x2i4j.tools {
    requires transitive io.github.x2i4j.model;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;

    exports io.github.x2i4j.tools;
    exports io.github.x2i4j.tools.compare;
    exports io.github.x2i4j.tools.convert;
    exports io.github.x2i4j.tools.encode;
    exports io.github.x2i4j.tools.make;
    exports io.github.x2i4j.tools.read;
    exports io.github.x2i4j.tools.write;
}
