package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.UnsupportedFeatureException;

/**
 * A device.
 *
 * @param number as CUDA counts
 * @param capability compute capability, such as 80 for 8.0
 */
record DeviceInfo(int number, String name, int capability) {
    private static final int LEAST_OF_EIGHT_BITS = 89;

    static DeviceInfo of(CudaApi api, int number) {
        int count = api.deviceCount();
        if (number < 0 || number >= count) {
            throw new UnsupportedFeatureException("there is no CUDA device " + number + ": " + (count == 0 ? "this machine has none"
                    : "the devices of this machine are 0 to " + (count - 1)));
        }
        return new DeviceInfo(number, api.deviceName(number), 10 * api.attribute(CudaApi.COMPUTE_CAPABILITY_MAJOR, number)
                + api.attribute(CudaApi.COMPUTE_CAPABILITY_MINOR, number));
    }

    void require(int least) {
        if (capability < least) {
            throw new UnsupportedFeatureException(this + " is too old: kernels need compute capability " + dotted(least)
                    + " (Ampere) or newer; use the CPU");
        }
    }

    /** @param light whether there is cuBLASLt */
    void requireEightBits(boolean light) {
        if (capability < LEAST_OF_EIGHT_BITS) {
            throw new UnsupportedFeatureException(this + " multiplies no numbers of eight bits: precision fp8 needs compute capability "
                    + dotted(LEAST_OF_EIGHT_BITS) + " (Ada) or newer; use --precision bf16");
        }
        if (!light) {
            throw new UnsupportedFeatureException("precision fp8 needs cuBLASLt, which is not reached through JCuda; use --precision bf16");
        }
    }

    private static String dotted(int capability) {
        return capability / 10 + "." + capability % 10;
    }

    @Override
    public String toString() {
        return "cuda:" + number + " (" + name + ", compute capability " + dotted(capability) + ")";
    }
}
