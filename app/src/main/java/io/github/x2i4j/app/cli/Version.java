package io.github.x2i4j.app.cli;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the module. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"x2i4j " + text(), "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"};
    }

    /** Such as {@code 1.0.0}; {@code unknown} on a class path, which has no module. */
    static String text() {
        return Optional.ofNullable(Version.class.getModule().getDescriptor()).flatMap(ModuleDescriptor::rawVersion).orElse("unknown");
    }
}
