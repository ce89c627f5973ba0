/** Command line. */
module io.github.x2i4j.app {
    requires io.github.x2i4j.demo;
    requires io.github.x2i4j.model;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;

    exports io.github.x2i4j.app.verify;
    opens io.github.x2i4j.app to info.picocli;
    opens io.github.x2i4j.app.cli to info.picocli;
    opens io.github.x2i4j.app.verify to info.picocli;
}
