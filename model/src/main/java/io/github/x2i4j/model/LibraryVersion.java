package io.github.x2i4j.model;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version that the build wrote into the module or the jar. */
final class LibraryVersion {
    private LibraryVersion() {
    }

    static String text() {
        Class<?> here = LibraryVersion.class;
        return Optional.ofNullable(here.getModule().getDescriptor()).flatMap(ModuleDescriptor::rawVersion)
                .or(() -> Optional.ofNullable(here.getPackage().getImplementationVersion())).orElse("unknown");
    }
}
