package io.github.x2i4j.model.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * What Java takes for itself, in bytes, beside tensors and weights.
 *
 * @param heap the Java heap: text, media, what kernels pack; as large as it may grow
 * @param likely the heap as large as it is when texts and media are prepared, and a little more
 * @param machine the virtual machine: classes, compiled code, the compiler at work, stacks
 * @param direct the most that Java lets tensors take outside the heap
 */
public record JavaMemory(long heap, long likely, long machine, long direct) implements Overhead {
    /** Measured while FLUX.1 was drawn: resident size less heap, tensors and weights. */
    private static final long MACHINE = 150L << 20;
    /** Measured: heap that drawing takes where it may take more. */
    private static final long USUAL_HEAP = 256L << 20;

    /** What the heap grows by while tensors are computed and a picture is written. */
    private static final long GROWTH = 32L << 20;

    /** Of this process as it was started. The heap counts with its limit (-Xmx), up to which Java may let it grow. */
    public static JavaMemory limits() {
        long heap = Runtime.getRuntime().maxMemory();
        return new JavaMemory(heap, Math.min(heap, Runtime.getRuntime().totalMemory() + GROWTH), MACHINE, directLimit(heap));
    }

    /** Of this process where nothing limits it: what it usually comes to, not what it may come to. */
    public static JavaMemory usual() {
        long heap = Runtime.getRuntime().maxMemory();
        long usual = Math.min(heap, USUAL_HEAP);
        return new JavaMemory(usual, usual, MACHINE, directLimit(heap));
    }

    private static long directLimit(long heap) {
        HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        long limit = vm == null ? 0 : Long.parseLong(vm.getVMOption("MaxDirectMemorySize").getValue());
        return limit == 0 ? heap : limit;
    }

    @Override
    public long bytes() {
        return heap + machine;
    }
}
