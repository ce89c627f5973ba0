package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.gpu.foreign.ForeignCuda;
import java.util.ArrayList;
import java.util.List;

/** Finds the ways to CUDA that this machine has. */
public final class GpuSupport {
    private GpuSupport() {
    }

    /**
     * Opens a GPU.
     *
     * @throws X2iException if there is none that can be used, saying why
     */
    public static Gpu open(int device) {
        return Gpu.open(ForeignCuda.open(List.of()), device);
    }

    /** The GPUs of this machine and how they are reached, or why there is none; a line each, for people. */
    public static List<String> describe() {
        List<String> lines = new ArrayList<>();
        try (CudaApi api = ForeignCuda.open(List.of())) {
            for (int i = 0; i < api.deviceCount(); i++) {
                lines.add(DeviceInfo.of(api, i).toString());
            }
            lines.add(api.description());
        } catch (X2iException e) {
            lines.add(e.getMessage());
        }
        return lines;
    }
}
