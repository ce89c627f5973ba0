package io.github.x2i4j.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** Where this user's cached files belong on this system. */
final class CacheFolders {
    private CacheFolders() {
    }

    /** The user's cache folder, or null where none is known. Relative paths in the environment are ignored, as XDG asks. */
    static Path ofUser(Map<String, String> env, Properties system) {
        String os = system.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        List<String> bases = new ArrayList<>();
        if (os.contains("windows")) {
            bases.add(env.get("LOCALAPPDATA"));
            bases.add(below(system.getProperty("user.home"), "AppData", "Local"));
        } else if (os.contains("mac")) {
            bases.add(below(env.get("HOME"), "Library", "Caches"));
            bases.add(below(system.getProperty("user.home"), "Library", "Caches"));
        } else {
            bases.add(env.get("XDG_CACHE_HOME"));
            bases.add(below(env.get("HOME"), ".cache"));
            bases.add(below(system.getProperty("user.home"), ".cache"));
        }
        return bases.stream().filter(b -> b != null && !b.isBlank() && Path.of(b).isAbsolute())
                .findFirst().map(b -> Path.of(b, "x2i4j")).orElse(null);
    }

    /** A folder for temporary files, apart from other users'. */
    static Path temporary(Properties system) {
        String user = system.getProperty("user.name", "user").replaceAll("[^A-Za-z0-9._-]", "_");
        return Path.of(system.getProperty("java.io.tmpdir"), "x2i4j-" + user);
    }

    private static String below(String base, String... names) {
        return base == null || base.isBlank() ? null : Path.of(base, names).toString();
    }
}
