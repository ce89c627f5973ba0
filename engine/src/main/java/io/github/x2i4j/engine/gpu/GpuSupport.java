package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.gpu.foreign.ForeignCuda;
import io.github.x2i4j.engine.gpu.jcuda.JCudaApi;
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

    private static final List<Route> ROUTES = List.of(new Route("java.lang.foreign", () -> ForeignCuda.open(List.of())),
            new Route("JCuda", GpuSupport::jcuda));

    /** JCuda is no dependency: its classes, and what they load, may be missing. */
    private static CudaApi jcuda() {
        try {
            return JCudaApi.open();
        } catch (NoClassDefFoundError e) {
            // A class whose initialisation failed before is told of as if it were missing.
            throw new UnsupportedFeatureException(e.getCause() instanceof ClassNotFoundException ? "it is not on the class path" : NOT_LOADED);
        } catch (UnsatisfiedLinkError e) {
            throw new UnsupportedFeatureException(NOT_LOADED);
        }
    }

    /**
     * Opens a GPU by the first way that this machine has.
     *
     * @throws X2iException if there is none that can be used, saying why
     */
    public static Gpu open(int device, Precision precision) {
        List<String> reasons = new ArrayList<>();
        for (Route route : ROUTES) {
            CudaApi api;
            try {
                api = route.open().get();
            } catch (X2iException e) {
                reasons.add(route.name() + ": " + e.getMessage());
                continue;
            }
            return Gpu.open(api, device, precision);
        }
        throw new UnsupportedFeatureException("there is no GPU that can be used: " + String.join("; ", reasons));
    }

    /** The GPUs of this machine and how they are reached, or why not; a line each, for people. */
    public static List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (Route route : ROUTES) {
            try (CudaApi api = route.open().get()) {
                for (int i = 0; i < api.deviceCount(); i++) {
                    lines.add(DeviceInfo.of(api, i).toString());
                }
                lines.add(api.description());
                return lines;
            } catch (X2iException e) {
                lines.add(route.name() + ": " + e.getMessage());
            }
        }
        return lines;
    }
}
