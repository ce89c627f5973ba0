package io.github.x2i4j.engine.gpu;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
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
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The kernels' sources, compiled for the CPU by the C++ compiler of this machine. One library runs on one thread at a time, so several
 * copies of it are loaded, and each does a part of the blocks.
 */
public final class CompiledKernels implements DeviceCode {
    /** The folder of this module, which tests of others use too. */
    private static final Path MODULE = Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("engine");
    private static final Path SOURCES = MODULE.resolve("src/main/cuda");
    private static final Path SHIM = MODULE.resolve("src/test/cuda");
    private static final Pattern KERNEL = Pattern.compile("^KERNEL(?:_OF\\([^)]*\\))? (\\w+)\\(", Pattern.MULTILINE);

    private static CompiledKernels loaded;

    /** Threads of a launch, or multiplications of a product, that are not worth a second library. */
    private static final long SMALL = 20_000;

    private final List<Copy> copies = new ArrayList<>();
    private final MemorySegment arguments = Arena.global().allocate(Arguments.byteSize(), 8);
    private final MemorySegment pointers = Arena.global().allocate(ValueLayout.JAVA_LONG, Arguments.byteSize());

    private record Copy(MethodHandle kernel, MethodHandle launch, MethodHandle gemm, MethodHandle planned) {
        static Copy of(Path library) {
            SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
            ValueLayout i = ValueLayout.JAVA_INT;
            ValueLayout l = ValueLayout.JAVA_LONG;
            ValueLayout p = ValueLayout.ADDRESS;
            return new Copy(bind(symbols, "x2i_kernel", FunctionDescriptor.of(i, p)),
                    bind(symbols, "x2i_launch", FunctionDescriptor.ofVoid(i, i, i, i, i, l, p, l, l)),
                    bind(symbols, "x2i_gemm", FunctionDescriptor.ofVoid(i, i, l, l, l, i, l, l, l, l, ValueLayout.JAVA_FLOAT, l, l, l, l)),
                    bind(symbols, "x2i_planned", FunctionDescriptor.ofVoid(i, i, l, l, l, i, l, l, l, l, i, l, l, i, l, l, l, l, l, l)));
        }
    }

    private CompiledKernels(Path library) throws IOException {
        int count = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 8);
        for (int i = 0; i < count; i++) {
            // The same file would be the same library.
            copies.add(Copy.of(Files.copy(library, library.resolveSibling("copy-" + i + ".so"))));
        }
    }

    private static MethodHandle bind(SymbolLookup symbols, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
    }

    /** The compiler of this machine, if it has one and the kernels' stand-in for CUDA knows its processor. */
    public static Optional<String> compiler() {
        if (!List.of("amd64", "aarch64").contains(System.getProperty("os.arch"))) {
            return Optional.empty();
        }
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

    /** The kernels that the sources define. */
    static List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        for (String source : Kernels.all()) {
            Matcher m = KERNEL.matcher(Files.readString(SOURCES.resolve(source + ".cu")));
            while (m.find()) {
                names.add(m.group(1));
            }
        }
        return names;
    }

    private static Path compile(Path folder) throws IOException, InterruptedException {
        StringBuilder unit = new StringBuilder("#include \"shim.h\"\n");
        for (String source : Kernels.all()) {
            unit.append("#include \"").append(SOURCES.resolve(source + ".cu")).append("\"\n");
        }
        unit.append("#include \"entry.h\"\nextern const Entry ENTRIES[] = {\n");
        for (String name : names()) {
            unit.append("    {\"%s\", [](void** args) { shim::call(%s, args); }},\n".formatted(name, name));
        }
        unit.append("    {nullptr, nullptr}};\n");
        Path source = Files.writeString(folder.resolve("kernels.cpp"), unit);
        Path library = folder.resolve("libkernels.so");
        Process process = new ProcessBuilder(compiler().orElseThrow(), "-std=c++17", "-O3", "-march=native", "-fPIC", "-shared",
                "-fvisibility=hidden", "-ffp-contract=off", "-fno-strict-aliasing", "-Wno-unused-function", "-I" + SHIM, source.toString(), "-o",
                library.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new AssertionError("the kernels do not compile:\n" + output);
        }
        return library;
    }

    @Override
    public int number(String name) {
        try (Arena a = Arena.ofConfined()) {
            return (int) copies.getFirst().kernel.invokeExact(a.allocateFrom(name));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public synchronized void launch(int number, Grid grid, MemorySegment given, int[] offsets) {
        arguments.copyFrom(given);
        for (int i = 0; i < offsets.length; i++) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, arguments.address() + offsets[i]);
        }
        long blocks = grid.x() * grid.y() * grid.z();
        share(blocks, blocks * grid.threads(), (library, begin, end) -> {
            library.launch.invokeExact(number, (int) grid.x(), (int) grid.y(), (int) grid.z(), grid.threads(), (long) grid.shared(), pointers,
                    begin, end);
        });
    }

    @Override
    public synchronized void gemm(CudaApi.Gemm g) {
        share(g.n(), g.m() * g.n() * g.k(), (library, begin, end) -> {
            library.gemm.invokeExact(g.transposeA() ? 1 : 0, g.transposeB() ? 1 : 0, g.m(), g.n(), g.k(), g.operand().number(), g.a(),
                    g.lda(), g.b(), g.ldb(), g.beta(), g.c(), g.ldc(), begin, end);
        });
    }

    @Override
    public synchronized void multiply(CudaApi.PlannedProduct p, CudaApi.ProductOperands o) {
        share(p.n(), p.m() * p.n() * p.k(), (library, begin, end) -> {
            library.planned.invokeExact(p.transposeA() ? 1 : 0, p.transposeB() ? 1 : 0, p.m(), p.n(), p.k(), p.operand().number(), o.a(),
                    p.lda(), o.b(), p.ldb(), p.result().number(), o.bias(), o.addend(), p.fused().number(false), o.d(), p.ldd(), o.scaleA(), o.scaleB(),
                    begin, end);
        });
    }

    @Override
    public String toString() {
        return "compiled kernels";
    }

    private interface Part {
        void run(Copy library, long begin, long end) throws Throwable;
    }

    /** Shares blocks or columns out among the libraries, where the work is worth it. */
    private void share(long count, long work, Part part) {
        int parts = work <= SMALL ? 1 : (int) Math.min(count, copies.size());
        IntStream.range(0, parts).parallel().forEach(i -> {
            try {
                part.run(copies.get(i), count * i / parts, count * (i + 1) / parts);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        });
    }
}
