package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.kernel.BlockKernel;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;

/** The machine-code kernels of one engine, and what they run on. */
public final class MachineSupport implements AutoCloseable {
    private static final String REMEDY = "start Java with --enable-native-access=";

    private final InstructionSet instructions;
    private final Precision precision;
    private final BlockKernel<?> blocks;
    private final List<String> reasons;
    private final CodeMemory code;

    private MachineSupport(InstructionSet instructions, Precision precision, BlockKernel<?> blocks, List<String> reasons,
            CodeMemory code) {
        this.instructions = instructions;
        this.precision = precision;
        this.blocks = blocks;
        this.reasons = List.copyOf(reasons);
        this.code = code;
    }

    /**
     * Assembles the kernels that this process can run best.
     *
     * @param forced instructions to use, or null for the best
     * @throws DeclinedException if this process can run none
     * @throws UnsupportedFeatureException if it cannot run those that are forced
     */
    public static MachineSupport open(InstructionSet forced, Precision precision) throws DeclinedException {
        String missing = missing();
        if (missing != null) {
            throw new DeclinedException(missing);
        }
        Pages pages = new SystemPages(!linux());
        return open(pages, Cpu.read(pages, linux()), forced, precision);
    }

    /** Makes Java's linker ready, which takes a tenth of a second in a new process. What fails here fails again in {@link #open}. */
    public static void prepare() {
        if (missing() != null) {
            return;
        }
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            Cpu.read(new SystemPages(!linux()), linux());
            for (Class<?> routine : List.of(NativeTiles.class, NativeSoftmax.class, NativePatches.class)) {
                lookup.ensureInitialized(routine);
            }
        } catch (DeclinedException | IllegalAccessException | RuntimeException e) {
            System.getLogger("io.github.x2i4j.engine").log(System.Logger.Level.DEBUG, "machine code could not be prepared", e);
        }
    }

    private static boolean linux() {
        return System.getProperty("os.name").equals("Linux");
    }

    private static String missing() {
        return missing(System.getProperty("os.name"), System.getProperty("os.arch"), MachineSupport.class.getModule());
    }

    static MachineSupport open(Pages pages, Cpu cpu, InstructionSet forced, Precision precision) throws DeclinedException {
        InstructionSet set = choose(cpu, forced, precision);
        CodeMemory code = new CodeMemory(pages, routines(set, precision).stream().map(Assembler::bytes).toList());
        BlockKernel<?> blocks = assemble(set, precision, new Loader() {
            private int next;

            @Override
            public TileRoutine tiles(Assembler asm) {
                return new NativeTiles(code.entry(next++));
            }

            @Override
            public SoftmaxRoutine softmax(Assembler asm) {
                return new NativeSoftmax(code.entry(next++));
            }

            @Override
            public PatchRoutine patches(Assembler asm) {
                return new NativePatches(code.entry(next++));
            }
        });
        List<String> reasons = new ArrayList<>(cpu.missing());
        reasons.add(set.label() + ": " + (forced == null ? "best of this processor" : "asked for"));
        if (precision == Precision.BF16 && !set.hasBF16()) {
            reasons.add("precision bf16: " + set.label() + " cannot multiply BF16, so products are F32");
        }
        return new MachineSupport(set, precision == Precision.BF16 && set.hasBF16() ? Precision.BF16 : Precision.F32, blocks, reasons, code);
    }

    /** Why no machine code can run, with the remedy; null if nothing forbids it. Asks for nothing that Java would warn of. */
    static String missing(String system, String architecture, Module module) {
        if (!architecture.equals("amd64") && !architecture.equals("x86_64")) {
            return "the assembler knows x86-64 only, and this Java runs on " + architecture;
        }
        if (!system.equals("Linux") && !system.startsWith("Mac")) {
            return "the assembler knows the calling convention of Linux and macOS only, and this is " + system;
        }
        if (!module.isNativeAccessEnabled()) {
            return "native access is not granted; " + REMEDY + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
        }
        return null;
    }

    private static InstructionSet choose(Cpu cpu, InstructionSet forced, Precision precision) throws DeclinedException {
        if (cpu.usable().isEmpty()) {
            throw new DeclinedException(String.join("; ", cpu.missing()));
        }
        if (forced == null) {
            return List.copyOf(cpu.usable()).getLast();
        }
        if (!cpu.usable().contains(forced)) {
            throw new UnsupportedFeatureException("machine code for " + String.join("; ", cpu.missing().stream()
                    .filter(m -> m.startsWith(forced.label() + ":")).toList()) + "; leave the choice open, or ask for one of "
                    + cpu.usable().stream().map(InstructionSet::label).toList());
        }
        return forced;
    }

    /** Makes code that can be called. */
    interface Loader {
        TileRoutine tiles(Assembler code);

        SoftmaxRoutine softmax(Assembler code);

        PatchRoutine patches(Assembler code);
    }

    /** The routines of an instruction set, in the order in which {@link #assemble} loads them. */
    static List<Assembler> routines(InstructionSet set, Precision precision) {
        List<Assembler> all = new ArrayList<>();
        assemble(set, precision, new Loader() {
            @Override
            public TileRoutine tiles(Assembler code) {
                all.add(code);
                return null;
            }

            @Override
            public SoftmaxRoutine softmax(Assembler code) {
                all.add(code);
                return null;
            }

            @Override
            public PatchRoutine patches(Assembler code) {
                all.add(code);
                return null;
            }
        });
        return all;
    }

    /** Writes the routines of an instruction set, in always the same order, and makes a kernel of what they are loaded as. */
    static BlockKernel<?> assemble(InstructionSet set, Precision precision, Loader load) {
        int bits = set == InstructionSet.AVX2 ? 256 : 512;
        boolean pairs = precision == Precision.BF16 && set.hasBF16();
        Assembler tiles = new Assembler();
        TileShape shape = pairs && set == InstructionSet.AMX_BF16 ? AmxTiles.write(tiles) : FmaTiles.write(tiles, bits, bits == 256 ? 6 : 12, 2, pairs);
        Assembler softmax = new Assembler();
        SoftmaxSteps.write(softmax, bits, pairs);
        Assembler patches = new Assembler();
        PatchCopies.write(patches, bits, shape.columns());
        return new MachineBlocks(load.tiles(tiles), load.softmax(softmax), load.patches(patches), shape, pairs);
    }

    /** The instructions in use. */
    public InstructionSet instructions() {
        return instructions;
    }

    /** Precision of products. */
    public Precision precision() {
        return precision;
    }

    /** Products, and what goes with them. */
    public BlockKernel<?> blocks() {
        return blocks;
    }

    /** Why these instructions were chosen and others declined, for people. */
    public List<String> reasons() {
        return reasons;
    }

    /** Frees the code. */
    @Override
    public void close() {
        code.close();
    }
}
