package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.gpu.foreign.ForeignCuda;
import io.github.x2i4j.engine.gpu.jcuda.JCudaApi;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Finds the ways to CUDA that this machine has. */
public final class GpuSupport {
    private static final String NOT_LOADED = "its native parts, or CUDA 12's libraries that they need, could not be loaded";

    private GpuSupport() {
    }

    /** A way to CUDA, and its name. */
    private record Route(String name, Supplier<CudaApi> open) {
    }

    /** @param libraries folder in which CUDA's libraries are looked for first, or null */
    private static List<Route> routes(Path libraries) {
        return List.of(new Route("java.lang.foreign", () -> ForeignCuda.open(libraries == null ? List.of() : List.of(libraries))),
                new Route("JCuda", GpuSupport::jcuda));
    }

    /** JCuda is no dependency: its classes, and what they load, may be missing. */
    private static CudaApi jcuda() {
        try {
            return JCudaApi.open();
        } catch (NoClassDefFoundError e) {
            // A class whose initialisation failed before is told of as if it were missing.
            throw new UnsupportedFeatureException(e.getCause() instanceof ClassNotFoundException ? "it is not on the class path" : NOT_LOADED);
        } catch (UnsatisfiedLinkError | ExceptionInInitializerError e) {
            throw new UnsupportedFeatureException(NOT_LOADED);
        }
    }

    /**
     * Opens a GPU by the first way that this machine has.
     *
     * @param libraries folder in which CUDA's libraries are looked for first, or null
     * @throws X2iException if there is none that can be used, saying why
     */
    public static Gpu open(int device, Precision precision, Path libraries) {
        List<String> reasons = new ArrayList<>();
        for (Route route : routes(libraries)) {
            CudaApi api;
            try {
                api = route.open().get();
            } catch (X2iException e) {
                reasons.add(route.name() + ": " + e.getMessage());
                continue;
            }
            return Gpu.open(api, device, precision);
        }
        throw new UnsupportedFeatureException("no GPU can be used (" + String.join("; ", reasons) + ")");
    }

    /** The GPUs of this machine and how they are reached, or why not; a line each, for people. */
    public static List<String> describe(Path libraries) {
        List<String> lines = new ArrayList<>();
        for (Route route : routes(libraries)) {
            try (CudaApi api = route.open().get()) {
                for (int i = 0; i < api.deviceCount(); i++) {
                    DeviceInfo info = DeviceInfo.of(api, i);
                    lines.add(info + (info.capability() < Gpu.LEAST_CAPABILITY ? ": too old for x2i4j" : ""));
                }
                lines.add(api.deviceCount() == 0 ? "the driver knows no GPU; " + api.description() : api.description());
                return lines;
            } catch (X2iException e) {
                lines.add(route.name() + ": " + e.getMessage());
            }
        }
        return lines;
    }
}
