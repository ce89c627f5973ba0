package io.github.x2i4j.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes of caches as Linux tells them. */
class CachesTest {
    @TempDir
    Path folder;

    private void cache(int index, String level, String type, String size, String processors) throws IOException {
        Path cache = Files.createDirectory(folder.resolve("index" + index));
        Files.writeString(cache.resolve("level"), level + "\n");
        Files.writeString(cache.resolve("type"), type + "\n");
        Files.writeString(cache.resolve("size"), size + "\n");
        Files.writeString(cache.resolve("shared_cpu_list"), processors + "\n");
    }

    @Test
    void aSecondLevelIsSharedOutAmongItsProcessors() throws IOException {
        cache(0, "1", "Data", "32K", "0,64");
        cache(1, "1", "Instruction", "32K", "0,64");
        cache(2, "2", "Unified", "2048K", "0,64-66");
        cache(3, "3", "Unified", "32M", "0-7,64-71");
        assertThat(Caches.read(folder)).isEqualTo(new Caches(512 << 10));
    }

    @Test
    void whatTheSystemDoesNotTellIsAssumed() throws IOException {
        assertThat(Caches.read(folder.resolve("absent"))).isEqualTo(Caches.COMMON);
        cache(0, "2", "Unified", "many", "0");
        assertThat(Caches.read(folder)).isEqualTo(Caches.COMMON);
    }
}
