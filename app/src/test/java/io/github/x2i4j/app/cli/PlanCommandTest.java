package io.github.x2i4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.model.media.ImageDecoder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code x2i plan} and {@code --max-memory}. */
class PlanCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int run(String... args) {
        return Main.run(args, new PrintWriter(out), new PrintWriter(err));
    }

    private JsonNode plan(String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of("plan", "--json"));
        args.addAll(List.of(options));
        out.getBuffer().setLength(0);
        assertThat(run(args.toArray(String[]::new))).as(err.toString()).isZero();
        return new ObjectMapper().readTree(out.toString());
    }

    private byte[] pixels(String name, String... options) throws IOException {
        Path file = folder.resolve(name + ".png");
        List<String> args = new ArrayList<>(List.of("generate", "green fox", "--steps", "2", "--seed", "5", "-q", "-o", file.toString()));
        args.addAll(List.of(options));
        assertThat(run(args.toArray(String[]::new))).as(err.toString()).isZero();
        return ImageDecoder.decode(file).rgb();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            generate fox --max-memory lots      | "lots"           | such as 6G
            generate fox --max-memory 0         | 0 bytes          | such as 6G
            generate fox --max-memory 90M       | cannot be kept   | Or allow
            plan --max-memory -1G               | "-1G"            | such as 6G
            plan --vae-tile 100                 | --vae-tile 100   | such as 512
            plan fox --flux nowhere             | nowhere          | no such
            plan --max-vram much                | --max-vram       | such as 6G
            generate fox --max-vram 8G          | --max-vram       | --device cuda
            generate fox --device cuda --max-memory 6G | --max-memory | --max-vram
            generate fox --device gpu           | --device         | cuda:N
            generate fox --cuda-libraries nowhere | nowhere        | libcublas
            generate fox --noise cuda           | --noise          | torch-cuda
            generate fox --device cuda:999      | GPU              | CPU
            """)
    void wrongInputIsToldInOneSentenceWithTheRemedy(String line, String what, String remedy) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("x2i: ").contains(what).contains(remedy).doesNotContain("\tat ");
    }

    @Test
    void thePlanIsATableThatEndsInTheNumberThatIsNeeded() {
        assertThat(run("plan", "--width", "1024", "--height", "640")).as(err.toString()).isZero();
        assertThat(out.toString().lines()).anyMatch(l -> l.startsWith("denoise ")).anyMatch(l -> l.startsWith("decode "))
                .anyMatch(l -> l.contains("--vae-tile 512"))
                .anyMatch(l -> l.startsWith("The peak is ") && l.contains("\"decode\"")).anyMatch(l -> l.contains("keeps any budget from "));
    }

    @Test
    void aBudgetIsPlannedWithAndJudged() {
        assertThat(run("plan", "--max-memory", "200G")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("with 200.00 GB", "all in memory", "can be kept.");
        assertThat(run("plan", "--max-memory", "100M")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("too much", "cannot be kept: ", " are missing.");
    }

    @Test
    void largerPicturesAndMorePicturesInThePromptTakeMoreTilesTakeLess() throws IOException {
        long small = plan("--width", "512", "--height", "512").at("/stages/3/tensor_bytes").asLong();
        long large = plan("--width", "1024", "--height", "1024").at("/stages/3/tensor_bytes").asLong();
        assertThat(large).isBetween(3 * small, 5 * small);
        assertThat(plan("--width", "1024", "--height", "1024", "--vae-tile", "256").at("/stages/3/tensor_bytes").asLong()).isLessThan(small);
        assertThat(plan("--flux", DemoBundle.unpack().resolve("flux").toString()).at("/stages/0/stage").asText()).isEqualTo("read text (CLIP)");
    }

    @Test
    void withinABudgetThePictureIsTheSame() throws IOException {
        long least = plan("green fox", "--max-memory", "100G").path("least_bytes").asLong();
        byte[] free = pixels("free");
        assertThat(pixels("tight", "--max-memory", String.valueOf(least))).containsExactly(free);
        assertThat(pixels("tight-2", "--max-memory", String.valueOf(least + 3_000_000))).containsExactly(free);
        String flux = DemoBundle.unpack().resolve("flux").toString();
        assertThat(pixels("flux-tight", "--flux", flux, "--max-memory", String.valueOf(least + 10_000_000))).containsExactly(pixels("flux", "--flux", flux));
    }

    @Test
    void aGpusMemoryIsPlannedWhereThereIsNone() throws IOException {
        assertThat(run("plan", "--max-vram", "8G")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("memory of the GPU", "with 8.00 GB", "CUDA itself", "--max-vram 8.00 GB can be kept.");
        JsonNode whole = plan("--device", "cuda", "--max-vram", "100G");
        JsonNode tight = plan("--max-vram", String.valueOf(whole.path("least_bytes").asLong()));
        assertThat(whole.at("/stages/2/mode").asText()).isEqualTo("resident");
        assertThat(tight.path("missing_bytes").asLong()).isZero();
        assertThat(tight.path("peak_bytes").asLong()).isLessThan(whole.path("peak_bytes").asLong());
        assertThat(plan("--max-vram", "1M").path("missing_bytes").asLong()).isPositive();
    }

    @Test
    void autoSaysInOneLineWhatComputes() throws IOException {
        byte[] cpu = pixels("cpu");
        assertThat(err.toString()).isEmpty();
        byte[] auto = pixels("auto", "--device", "auto");
        assertThat(err.toString().lines()).hasSize(1).first().asString().startsWith("x2i: computes on ");
        if (err.toString().contains("on the CPU: ")) {
            assertThat(err.toString()).contains("no GPU can be used (java.lang.foreign: ", "JCuda: ");
            assertThat(auto).containsExactly(cpu);
        }
    }

    @Test
    void noiseOfAGpuStandsInTheRecipeAndMakesAnotherPicture() throws IOException {
        byte[] other = pixels("noise", "--noise", "torch-cuda:108x2048");
        assertThat(new String(Files.readAllBytes(folder.resolve("noise.png")), StandardCharsets.ISO_8859_1))
                .contains("\"noise\":\"torch-cuda:108x2048\"");
        assertThat(other).isNotEqualTo(pixels("default"));
        assertThat(pixels("noise-2", "--noise", "torch-cuda")).as("small pictures draw alike on all large GPUs").containsExactly(other);
    }

    @Test
    void tilesStandInTheRecipe() throws IOException {
        byte[] tiled = pixels("tiled", "--vae-tile", "64");
        assertThat(new String(Files.readAllBytes(folder.resolve("tiled.png")), StandardCharsets.ISO_8859_1)).contains("\"vae_tile\":64");
        assertThat(tiled).isNotEqualTo(pixels("whole"));
    }

    @Test
    void theReportTellsThePeakBesideThePlan() {
        assertThat(run("generate", "green fox", "--steps", "1", "--report", "-q", "--max-memory", "200G", "-o", folder.toString())).isZero();
        assertThat(err.toString().lines()).anyMatch(l -> l.matches("memory in MB .* resident +planned")).anyMatch(l -> l.matches("denoise +([\\d.]+ +){4}[\\d.]+"))
                .anyMatch(l -> l.matches("peak of .* MB resident, planned [\\d.]+ MB, [\\d.]+ MB at most"));
    }
}
