package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.kernel.KernelService.KernelChoice;
import io.github.x2i4j.engine.kernel.vector.VectorSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Chooses kernels once, when an engine opens, and says why. */
public final class KernelProvider {
    private static final String MODULE = "jdk.incubator.vector";
    private static final String REMEDY = "start Java with --add-modules " + MODULE;
    private static final int SCALAR_COLUMNS = 16;

    private KernelProvider() {
    }

    /**
     * @throws InvalidInputException if the options contradict each other or name an unknown width
     * @throws UnsupportedFeatureException if this process cannot run what the options force
     */
    public static KernelChoice choose(EngineOptions options) {
        int bits = options.vectorBits();
        if (bits != 0 && bits != 128 && bits != 256 && bits != 512) {
            throw new InvalidInputException("vector bits is " + bits + " but must be 128, 256, 512, or 0 for the width that the processor prefers");
        }
        List<String> reasons = new ArrayList<>();
        return switch (options.kernels()) {
            case SCALAR -> {
                if (bits != 0) {
                    throw new InvalidInputException("scalar kernels have no vectors: leave out vector bits " + bits + ", or ask for vector kernels");
                }
                reasons.add("scalar: asked for");
                yield scalar(reasons);
            }
            case VECTOR -> {
                String missing = vectorsMissing();
                if (missing != null) {
                    throw new UnsupportedFeatureException("vector kernels cannot run: " + missing);
                }
                reasons.add("vector: asked for");
                yield vector(width(bits, reasons), false, reasons);
            }
            case AUTO -> {
                String missing = vectorsMissing();
                if (missing == null) {
                    int width = width(bits, reasons);
                    reasons.add("vector: fastest here; scalar serves until the vector kernels are compiled");
                    yield vector(width, true, reasons);
                }
                if (bits != 0) {
                    throw new UnsupportedFeatureException("vectors of " + bits + " bits cannot be used: " + missing);
                }
                reasons.add("vector declined: " + missing);
                reasons.add("scalar: all that is left");
                System.getLogger("io.github.x2i4j.engine").log(System.Logger.Level.WARNING,
                        "x2i4j computes with slow scalar kernels: {0}", missing);
                yield scalar(reasons);
            }
        };
    }

    private static KernelChoice scalar(List<String> reasons) {
        ScalarKernels kernels = new ScalarKernels(SCALAR_COLUMNS);
        return new KernelChoice("scalar", 0, kernels, kernels, null, List.copyOf(reasons));
    }

    private static KernelChoice vector(int bits, boolean substituted, List<String> reasons) {
        VectorSupport.Kernels kernels = VectorSupport.kernels(bits);
        ScalarKernels substitute = substituted ? new ScalarKernels(kernels.tiles().columns()) : null;
        return new KernelChoice("vector", bits, kernels.tiles(), kernels.runs(), substitute, List.copyOf(reasons));
    }

    /** Why the Vector API cannot be used, with the remedy; null if it can. Loads no class that needs it, unless it is there. */
    private static String vectorsMissing() {
        Optional<Module> module = ModuleLayer.boot().findModule(MODULE);
        if (module.isEmpty() || !KernelProvider.class.getModule().canRead(module.get())) {
            return "the module " + MODULE + " is not loaded; " + REMEDY;
        }
        if (VectorSupport.preferredBits() < 128) {
            return "this Java finds no vector instructions on this processor";
        }
        return null;
    }

    private static int width(int forced, List<String> reasons) {
        int preferred = VectorSupport.preferredBits();
        int width = forced == 0 ? preferred : forced;
        if (width > preferred) {
            throw new UnsupportedFeatureException("vectors of " + width + " bits cannot be used: this processor, as Java uses it, has "
                    + preferred + " bits; ask for that or less");
        }
        reasons.add(forced == 0 ? width + " bits: preferred by this processor" : width + " bits: asked for; the processor prefers " + preferred);
        return width;
    }
}
