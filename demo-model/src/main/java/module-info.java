/** The demo bundle: a small X2I system that ships with the program. */
module io.github.x2i4j.demo {
    requires io.github.x2i4j.engine;

    exports io.github.x2i4j.demo;
}
