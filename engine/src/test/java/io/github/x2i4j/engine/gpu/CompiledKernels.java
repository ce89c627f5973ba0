package io.github.x2i4j.engine.gpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The kernels' sources, compiled for the CPU by the C++ compiler of this machine. They run on one thread at a time. */
public final class CompiledKernels {
    /** The folder of this module, which tests of others use too. */
    private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("engine");
    private static final Path SOURCES = MODULE.resolve("src/main/cuda");
    private static final Path SHIM = MODULE.resolve("src/test/cuda");
    private static final Pattern KERNEL = Pattern.compile("^KERNEL(?:_OF\\([^)]*\\))? (\\w+)\\(", Pattern.MULTILINE);

    private static CompiledKernels loaded;

    private final MethodHandle kernel;
    private final MethodHandle launch;
    private final MethodHandle gemm;
    private final MethodHandle planned;

    private CompiledKernels(Path library) {
        SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
        ValueLayout i = ValueLayout.JAVA_INT;
        ValueLayout l = ValueLayout.JAVA_LONG;
        ValueLayout p = ValueLayout.ADDRESS;
        kernel = bind(symbols, "x2i_kernel", FunctionDescriptor.of(i, p));
        launch = bind(symbols, "x2i_launch", FunctionDescriptor.ofVoid(i, i, i, i, i, l, p));
        gemm = bind(symbols, "x2i_gemm", FunctionDescriptor.ofVoid(new MemoryLayout[] {i, i, l, l, l, i, l, l, l, l, ValueLayout.JAVA_FLOAT, l, l}));
        planned = bind(symbols, "x2i_planned", FunctionDescriptor.ofVoid(new MemoryLayout[] {i, i, l, l, l, i, l, l, l, l, i, l, l, i, l, l}));
    }

    private static MethodHandle bind(SymbolLookup symbols, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
    }

    /** The compiler of this machine, if it has one. */
    public static Optional<String> compiler() {
        return Stream.of("c++", "g++", "clang++").filter(name -> Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)))).findFirst();
    }

    /** Compiles the kernels once in this process. */
    public static synchronized CompiledKernels load() throws IOException, InterruptedException {
        if (loaded == null) {
            Path folder = Files.createTempDirectory("x2i4j-kernels");
            try {
                loaded = new CompiledKernels(compile(folder));
            } finally {
                // A loaded library stays, whatever becomes of its file.
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        }
        return loaded;
    }

    private static Path compile(Path folder) throws IOException, InterruptedException {
        StringBuilder unit = new StringBuilder("#include \"shim.h\"\n");
        List<String> names = new ArrayList<>();
        for (String source : Kernels.SOURCES) {
            Path file = SOURCES.resolve(source + ".cu");
            unit.append("#include \"").append(file).append("\"\n");
            Matcher m = KERNEL.matcher(Files.readString(file));
            while (m.find()) {
                names.add(m.group(1));
            }
        }
        unit.append("#include \"entry.h\"\nextern const Entry ENTRIES[] = {\n");
        for (String name : names) {
            unit.append("    {\"%s\", [](void** args) { shim::call(%s, args); }},\n".formatted(name, name));
        }
        unit.append("    {nullptr, nullptr}};\n");
        Path source = Files.writeString(folder.resolve("kernels.cpp"), unit);
        Path library = folder.resolve("libkernels.so");
        Process process = new ProcessBuilder(compiler().orElseThrow(), "-std=c++17", "-O2", "-fPIC", "-shared", "-ffp-contract=off",
                "-fno-strict-aliasing", "-U_FORTIFY_SOURCE", "-Wno-unused-function", "-I" + SHIM, source.toString(), "-o",
                library.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new AssertionError("the kernels do not compile:\n" + output);
        }
        return library;
    }

    /** The number of a kernel, or -1. */
    int number(String name) {
        try (Arena a = Arena.ofConfined()) {
            return (int) kernel.invokeExact(a.allocateFrom(name));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    synchronized void launch(int number, Grid grid, MemorySegment arguments, int[] offsets) {
        try (Arena a = Arena.ofConfined()) {
            MemorySegment copy = a.allocate(arguments.byteSize(), 8).copyFrom(arguments);
            MemorySegment pointers = a.allocate(ValueLayout.JAVA_LONG, Math.max(1, offsets.length));
            for (int i = 0; i < offsets.length; i++) {
                pointers.setAtIndex(ValueLayout.JAVA_LONG, i, copy.address() + offsets[i]);
            }
            launch.invokeExact(number, (int) grid.x(), (int) grid.y(), (int) grid.z(), grid.threads(), (long) grid.shared(), pointers);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    void gemm(CudaApi.Gemm g) {
        try {
            gemm.invokeExact(g.transposeA() ? 1 : 0, g.transposeB() ? 1 : 0, g.m(), g.n(), g.k(), g.operand().number(), g.a(), g.lda(),
                    g.b(), g.ldb(), g.beta(), g.c(), g.ldc());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    void multiply(CudaApi.PlannedProduct p, CudaApi.ProductOperands o) {
        try {
            planned.invokeExact(p.transposeA() ? 1 : 0, p.transposeB() ? 1 : 0, p.m(), p.n(), p.k(), p.operand().number(), o.a(), p.lda(),
                    o.b(), p.ldb(), p.result().number(), o.bias(), o.addend(), p.fused().number(false), o.d(), p.ldd());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
