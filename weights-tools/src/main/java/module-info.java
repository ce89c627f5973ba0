/** Tools for weight files. */
module io.github.x2i4j.tools {
    requires transitive io.github.x2i4j.loader;

    exports io.github.x2i4j.tools;
}
