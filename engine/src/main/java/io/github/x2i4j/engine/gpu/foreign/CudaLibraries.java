package io.github.x2i4j.engine.gpu.foreign;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the driver and cuBLAS where they are usually installed. */
final class CudaLibraries {
    private static final String DRIVER = "libcuda.so.1";
    private static final List<String> BLAS = List.of("libcublas.so.13", "libcublas.so.12");
    private static final List<String> TOOLKITS = List.of("/usr/local", "/opt");
    private static final List<String> FOLDERS = List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib/wsl/lib");

    private CudaLibraries() {
    }

    /**
     * The driver's library.
     *
     * @param folders where to look first
     */
    static SymbolLookup driver(Arena arena, List<Path> folders) {
        for (String place : places(DRIVER, folders, FOLDERS)) {
            SymbolLookup found = open(place, arena);
            if (found != null) {
                return found;
            }
        }
        throw new UnsupportedFeatureException("there is no CUDA driver: " + DRIVER
                + " was not found; install NVIDIA's driver, or use the CPU (--device cpu)");
    }

    /**
     * cuBLAS, of CUDA 13 if that is there, otherwise of CUDA 12.
     *
     * @param folders where to look first
     */
    static Found blas(Arena arena, List<Path> folders) {
        List<String> usual = new ArrayList<>(FOLDERS);
        for (String parent : TOOLKITS) {
            try (DirectoryStream<Path> toolkits = Files.newDirectoryStream(Path.of(parent), "cuda*")) {
                toolkits.forEach(t -> usual.add(t.resolve("lib64").toString()));
            } catch (IOException e) {
                // No such folder, or not for us to read: nothing is installed there.
                continue;
            }
        }
        usual.addAll(wheels());
        List<String> missing = new ArrayList<>();
        for (String name : BLAS) {
            for (String place : places(name, folders, usual)) {
                SymbolLookup found = open(place, arena);
                if (found != null) {
                    return new Found(place, found, missing.isEmpty() ? "" : String.join(", ", missing) + " not found");
                }
            }
            missing.add(name);
        }
        throw new UnsupportedFeatureException("cuBLAS was not found: neither " + String.join(" nor ", BLAS)
                + "; install CUDA's libraries, or name their folder with --cuda-libraries or in LD_LIBRARY_PATH, or use the CPU (--device cpu)");
    }

    /**
     * A library and where it was found.
     *
     * @param declined what would have been taken before it, for people, or nothing
     */
    record Found(String place, SymbolLookup symbols, String declined) {
    }

    /** Folders in which Python's packages of CUDA's libraries lie: of an environment in use, of the user, of the system. */
    private static List<String> wheels() {
        List<Path> prefixes = new ArrayList<>();
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            String prefix = System.getenv(variable);
            if (prefix != null && !prefix.isBlank()) {
                prefixes.add(Path.of(prefix));
            }
        }
        prefixes.add(Path.of(System.getProperty("user.home"), ".local"));
        prefixes.add(Path.of("/usr/local"));
        prefixes.add(Path.of("/usr"));
        List<String> folders = new ArrayList<>();
        for (Path prefix : prefixes) {
            folders.add(prefix.resolve("lib").toString());
            try (DirectoryStream<Path> pythons = Files.newDirectoryStream(prefix.resolve("lib"), "python3*")) {
                for (Path python : pythons) {
                    for (String packages : List.of("site-packages", "dist-packages")) {
                        for (String part : List.of("cu13", "cublas")) {
                            folders.add(python.resolve(packages).resolve("nvidia").resolve(part).resolve("lib").toString());
                        }
                    }
                }
            } catch (IOException e) {
                // No such folder, or not for us to read: no Python there.
                continue;
            }
        }
        return folders;
    }

    private static List<String> places(String name, List<Path> first, List<String> usual) {
        List<String> places = new ArrayList<>();
        first.forEach(folder -> places.add(folder.resolve(name).toString()));
        // The loader's own search, LD_LIBRARY_PATH included.
        places.add(name);
        usual.forEach(folder -> places.add(Path.of(folder).resolve(name).toString()));
        return places;
    }

    private static SymbolLookup open(String place, Arena arena) {
        try {
            return SymbolLookup.libraryLookup(place, arena);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
