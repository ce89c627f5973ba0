package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the program is started with holds no native library, and none of JCuda, which is for those who bring it along. */
class NoNativeLibraryIT {
    @Test
    void theProgramsJarsHoldNoNativeLibrary() throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("x2i.modules")))) {
            jars = files.toList();
        }
        assertThat(jars).anyMatch(jar -> jar.getFileName().toString().startsWith("x2i4j-engine"));
        for (Path jar : jars) {
            assertThat(jar.getFileName().toString()).endsWith(".jar").doesNotContain("jcuda").doesNotContain("jcublas");
            try (JarFile file = new JarFile(jar.toFile())) {
                file.stream().map(e -> jar.getFileName() + ": " + e.getName())
                        .filter(name -> name.matches("(?i).*\\.(so(\\.\\d+)*|dll|dylib|jnilib|a)")).forEach(found::add);
            }
        }
        assertThat(found).isEmpty();
    }
}
