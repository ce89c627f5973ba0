package io.github.x2i4j.engine;

import io.github.x2i4j.engine.gpu.DeviceCode;
import io.github.x2i4j.engine.gpu.FakeCuda;
import io.github.x2i4j.engine.gpu.Gpu;
import java.io.IOException;

/** An engine on a device that is made of the CPU, for tests of all modules. */
public final class FakeGpu {
    private FakeGpu() {
    }

    /** @param bytes memory of the device */
    public static Engine open(long bytes, Precision precision) throws IOException, InterruptedException {
        return open(new FakeCuda(DeviceCode.load(), bytes).withCapability(precision == Precision.FP8 ? 89 : 80), precision);
    }

    /** On a device that the caller looks at. */
    public static Engine open(FakeCuda cuda, Precision precision) {
        return new Engine(Gpu.open(cuda, 0, precision));
    }
}
