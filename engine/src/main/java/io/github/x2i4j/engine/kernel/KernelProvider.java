package io.github.x2i4j.engine.kernel;

import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.kernel.KernelService.KernelChoice;
import io.github.x2i4j.engine.kernel.vector.VectorSupport;
import io.github.x2i4j.engine.machine.DeclinedException;
import io.github.x2i4j.engine.machine.MachineSupport;
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
        if (options.precision() == Precision.FP8) {
            throw new UnsupportedFeatureException("precision fp8 is for GPUs (--device cuda); the CPU takes f32 and bf16");
        }
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
                checkNoInstructions(options);
                reasons.add("scalar: asked for");
                noteF32(options, reasons);
                yield scalar(reasons);
            }
            case VECTOR -> {
                checkNoInstructions(options);
                String missing = vectorsMissing();
                if (missing != null) {
                    throw new UnsupportedFeatureException("vector kernels cannot run: " + missing);
                }
                reasons.add("vector: asked for");
                noteF32(options, reasons);
                yield vector(width(bits, reasons), false, reasons);
            }
            case MACHINE -> {
                reasons.add("machine: asked for");
                try {
                    yield machine(MachineSupport.open(options.instructions(), options.precision()), javaKernels(options, false, reasons), reasons);
                } catch (DeclinedException e) {
                    throw new UnsupportedFeatureException("machine code cannot run: " + e.getMessage());
                }
            }
            case AUTO -> {
                KernelChoice java = javaKernels(options, true, reasons);
                try {
                    yield machine(MachineSupport.open(options.instructions(), options.precision()), java, reasons);
                } catch (DeclinedException e) {
                    if (options.instructions() != null) {
                        throw new UnsupportedFeatureException("machine code cannot run: " + e.getMessage());
                    }
                    reasons.add("machine declined: " + e.getMessage());
                    noteF32(options, reasons);
                    yield new KernelChoice(java.name(), java.vectorBits(), null, Precision.F32, java.blocks(), java.runs(), java.substitute(),
                            List.copyOf(reasons), java.release());
                }
            }
        };
    }

    private static void checkNoInstructions(EngineOptions options) {
        if (options.instructions() != null) {
            throw new InvalidInputException("instructions " + options.instructions().label() + " are for machine code: ask for it, or leave them out");
        }
    }

    private static void noteF32(EngineOptions options, List<String> reasons) {
        if (options.precision() == Precision.BF16) {
            reasons.add("precision bf16: without machine code all products are F32");
        }
    }

    /** What computes where there is no machine code, and beside it. */
    private static KernelChoice javaKernels(EngineOptions options, boolean substituted, List<String> reasons) {
        int bits = options.vectorBits();
        String missing = vectorsMissing();
        if (missing == null) {
            int width = width(bits, reasons);
            reasons.add("vector: fastest in Java" + (substituted ? "; scalar serves until the vector kernels are compiled" : ""));
            return vector(width, substituted, reasons);
        }
        if (bits != 0) {
            throw new UnsupportedFeatureException("vectors of " + bits + " bits cannot be used: " + missing);
        }
        reasons.add("vector declined: " + missing);
        reasons.add("scalar: all that is left in Java");
        System.getLogger("io.github.x2i4j.engine").log(System.Logger.Level.WARNING,
                "x2i4j computes with slow scalar kernels: {0}", missing);
        return scalar(reasons);
    }

    /** Machine code for the products, Java for the rest. */
    private static KernelChoice machine(MachineSupport machine, KernelChoice java, List<String> reasons) {
        reasons.addAll(machine.reasons());
        return new KernelChoice("machine", java.vectorBits(), machine.instructions(), machine.precision(), machine.blocks(), java.runs(),
                java.substitute(), List.copyOf(reasons), machine::close);
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
