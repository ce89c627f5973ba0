/** Command line. */
module io.github.x2i4j.app {
    requires io.github.x2i4j.demo;
    requires io.github.x2i4j.model;
    requires io.github.x2i4j.tools;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires jdk.management;

    exports io.github.x2i4j.app.verify;
    opens io.github.x2i4j.app to info.picocli;
    opens io.github.x2i4j.app.cli to info.picocli;
    opens io.github.x2i4j.app.verify to info.picocli;
}
