package io.github.x2i4j.app.cli;

import io.github.x2i4j.model.X2i;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the module. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"x2i4j " + X2i.version(), "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"};
    }
}
