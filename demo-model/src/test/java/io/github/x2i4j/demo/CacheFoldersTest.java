package io.github.x2i4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class CacheFoldersTest {
    @Test
    void linuxFollowsXdg() {
        Properties system = system("Linux");
        assertThat(CacheFolders.ofUser(Map.of("XDG_CACHE_HOME", "/c", "HOME", "/h"), system)).isEqualTo(Path.of("/c/x2i4j"));
        assertThat(CacheFolders.ofUser(Map.of("XDG_CACHE_HOME", "relative", "HOME", "/h"), system))
                .isEqualTo(Path.of("/h/.cache/x2i4j"));
        assertThat(CacheFolders.ofUser(Map.of("XDG_CACHE_HOME", ""), system)).isEqualTo(Path.of("/users/u/.cache/x2i4j"));
    }

    @Test
    void macAndWindowsHaveTheirOwnPlaces() {
        assertThat(CacheFolders.ofUser(Map.of("HOME", "/h"), system("Mac OS X"))).isEqualTo(Path.of("/h/Library/Caches/x2i4j"));
        assertThat(CacheFolders.ofUser(Map.of("LOCALAPPDATA", "/local"), system("Windows 11")))
                .isEqualTo(Path.of("/local/x2i4j"));
    }

    @Test
    void noneIsKnownWithoutAHome() {
        Properties system = system("Linux");
        system.remove("user.home");
        assertThat(CacheFolders.ofUser(Map.of(), system)).isNull();
    }

    @Test
    void temporaryFolderIsTheUsersOwn() {
        Properties system = system("Linux");
        system.setProperty("user.name", "a/../b c");
        assertThat(CacheFolders.temporary(system)).isEqualTo(Path.of("/temporary/x2i4j-a_.._b_c"));
    }

    private static Properties system(String os) {
        Properties system = new Properties();
        system.setProperty("os.name", os);
        system.setProperty("user.home", "/users/u");
        system.setProperty("java.io.tmpdir", "/temporary");
        return system;
    }
}
