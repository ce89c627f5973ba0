package io.github.x2i4j.engine.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every instruction of every routine has the bytes that the GNU assembler makes of its text. They are written down in
 * {@code encodings.txt}, which {@code engine/src/test/encodings.sh} makes anew with binutils when instructions are added.
 */
class EncodingsTest {
    private static Map<String, Assembler> routines() {
        Map<String, Assembler> all = new LinkedHashMap<>();
        for (InstructionSet set : InstructionSet.values()) {
            for (Precision precision : Precision.values()) {
                List<Assembler> routines = MachineSupport.routines(set, precision);
                for (int i = 0; i < routines.size(); i++) {
                    all.put(set.label() + " " + precision.label() + " " + i, routines.get(i));
                }
            }
        }
        Map<String, Consumer<Assembler>> questions = Map.of("cpuid", Cpu::writeCpuid, "xgetbv", Cpu::writeXgetbv);
        questions.forEach((name, write) -> {
            Assembler asm = new Assembler();
            write.accept(asm);
            all.put(name, asm);
        });
        return all;
    }

    private static Map<String, String> known() throws IOException {
        Map<String, String> known = new HashMap<>();
        try (InputStream file = EncodingsTest.class.getResourceAsStream("encodings.txt")) {
            for (String line : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                String[] parts = line.split("\t");
                known.put(parts[1], parts[0]);
            }
        }
        return known;
    }

    @TestFactory
    Iterable<DynamicTest> instructionsHaveTheBytesOfTheGnuAssembler() throws IOException {
        Map<String, String> known = known();
        return routines().entrySet().stream().map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
            Assembler asm = e.getValue();
            byte[] bytes = asm.bytes();
            var lines = asm.listing();
            for (int i = 0; i < lines.size() && !lines.get(i).text().equals(".data"); i++) {
                int end = i + 1 < lines.size() ? lines.get(i + 1).at() : bytes.length;
                String got = HexFormat.of().formatHex(bytes, lines.get(i).at(), end);
                assertThat(got).as(lines.get(i).text()).isEqualTo(known.get(lines.get(i).text()));
            }
        })).toList();
    }

    @Test
    void noKnownInstructionIsUnused() throws IOException {
        assertThat(known().keySet()).isEqualTo(texts());
    }

    private static TreeSet<String> texts() {
        TreeSet<String> texts = new TreeSet<>();
        routines().values().forEach(asm -> asm.listing().stream().map(Assembler.Line::text).filter(t -> !t.equals(".data")).forEach(texts::add));
        return texts;
    }

    /** Prints the instructions for {@code encodings.sh}. */
    static final class Print {
        public static void main(String[] args) {
            texts().forEach(System.out::println);
        }
    }
}
