package io.github.x2i4j.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.JavaProcess;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.io.IOException;
import io.github.x2i4j.engine.kernel.BlockKernel.Ahead;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What programs see that do or do not grant native access; each is a process of its own. */
@Timeout(120)
class NativeAccessTest {
    private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");

    private static final int ENOUGH = 20;

    private static boolean runsHere() {
        try (MachineSupport machine = MachineSupport.open(null, io.github.x2i4j.engine.Precision.F32)) {
            return machine.blocks() != null;
        } catch (DeclinedException e) {
            return false;
        }
    }

    @Test
    void withoutAccessTheVectorApiComputesAndJavaHasNothingToWarnOf() throws IOException, InterruptedException {
        String printed = JavaProcess.run(VECTORS, Open.class, "AUTO");
        assertThat(printed).contains("kernels: vector").contains("machine declined").contains("--enable-native-access=ALL-UNNAMED");
        assertThat(printed.lines().filter(l -> l.contains("WARNING"))).allMatch(l -> l.contains("incubator modules"));
    }

    @Test
    void forcedMachineCodeWithoutAccessIsAnErrorWithTheRemedy() throws IOException, InterruptedException {
        assertThat(JavaProcess.run(VECTORS, Open.class, "MACHINE")).contains("machine code cannot run").contains("--enable-native-access=ALL-UNNAMED")
                .doesNotContain("restricted");
    }

    @Test
    void withAccessMachineCodeComputes() throws IOException, InterruptedException {
        assumeThat(runsHere()).isTrue();
        List<String> options = new ArrayList<>(VECTORS);
        options.add("--enable-native-access=ALL-UNNAMED");
        assertThat(JavaProcess.run(options, Open.class, "AUTO")).contains("kernels: machine");
    }

    @Test
    void machineCodeNeedsNoVectorApi() throws IOException, InterruptedException {
        assumeThat(runsHere()).isTrue();
        assertThat(JavaProcess.run(List.of("--enable-native-access=ALL-UNNAMED"), Open.class, "MACHINE")).contains("kernels: machine")
                .contains("vector declined");
    }

    /**
     * Collections need all threads to stop. While one thread is in a single call of machine code that takes long, another one fills the
     * heap again and again: collections come to their end meanwhile, so nobody waits for the call.
     */
    @Test
    void collectionsEndWhileMachineCodeRuns() throws IOException, InterruptedException {
        assumeThat(runsHere()).isTrue();
        List<String> options = new ArrayList<>(VECTORS);
        options.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx64m", "-Xmn8m", "-Xlog:gc"));
        String printed = JavaProcess.run(options, Allocate.class);
        String during = printed.substring(printed.indexOf("call begins"), printed.indexOf("call ends"));
        assertThat(during.lines().filter(l -> l.contains("Pause")).count()).as(printed).isGreaterThanOrEqualTo(ENOUGH);
    }

    /** Prints what was chosen. */
    static final class Open {
        public static void main(String[] args) {
            try (Engine engine = Engine.open(new EngineOptions(KernelChoice.valueOf(args[0]), 0, 1)); Scope f = engine.scope()) {
                f.linear(f.zeros(20, 40), f.zeros(30, 40), null);
                System.out.println("kernels: " + engine.info().label() + " " + engine.info().reasons());
            } catch (UnsupportedFeatureException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Allocates in one thread while another one multiplies, in one call. */
    static final class Allocate {
        private static final int TILES = 64;
        private static final int PANELS = 4000;

        public static void main(String[] args) throws DeclinedException, InterruptedException {
            Pages pages = new SystemPages(!System.getProperty("os.name").equals("Linux"));
            Assembler asm = new Assembler();
            TileShape shape = FmaTiles.write(asm, 256, 6, 2, false);
            long row = (long) shape.columns() * TileShape.WORD;
            try (CodeMemory code = new CodeMemory(pages, List.of(asm.bytes())); Arena arena = Arena.ofConfined()) {
                TileRoutine routine = new NativeTiles(code.entry(0));
                MemorySegment a = arena.allocate((long) TILES * shape.rows() * TileShape.DEPTH * TileShape.WORD, 64);
                MemorySegment b = arena.allocate(TileShape.DEPTH * row, 64);
                MemorySegment c = arena.allocate((TILES * shape.rows() + PANELS) * row, 64);
                Thread allocator = Thread.ofPlatform().daemon().start(() -> {
                    for (long n = 0; !Thread.interrupted(); n += new byte[64 << 10].length) {
                        Thread.onSpinWait();
                    }
                });
                System.out.println("call begins");
                routine.call(a, b, c, TILES, PANELS, TileShape.DEPTH, 0, row, true, 0, Ahead.NOTHING);
                System.out.println("call ends");
                allocator.interrupt();
                allocator.join();
            }
        }
    }
}
