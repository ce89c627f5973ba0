package io.github.x2i4j.tests.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.tests.process.Program.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools for weight files as a user starts them. */
class WeightToolsIT {
    @TempDir
    Path folder;

    private Result run(String... arguments) throws Exception {
        Result result = Program.modular(folder).run(arguments);
        assertThat(result.exit()).as(result.err()).isZero();
        return result;
    }

    @Test
    void weightsAreMadeQuantisedLookedAtAndCompared() throws Exception {
        run("make", "flux-schnell", "flux", "--depth", "1", "--width", "128", "--set", "joint_attention_dim=64", "--seed", "3");
        Result quantised = run("quantize", "flux", "Q8_0", "-o", "flux.gguf", "--report");
        assertThat(quantised.out()).contains("wrote flux.gguf").containsPattern("BF16 +Q8_0 .* double_blocks\\.0\\.img_attn\\.qkv\\.weight");
        run("quantize", "flux", "Q8_0", "--names", "original", "-o", "flux.safetensors");
        assertThat(hash("flux.gguf")).isEqualTo(hash("flux.safetensors"));
        assertThat(run("inspect", "flux.gguf").out()).contains("FLUX transformer", "Q8_0", "--flux flux.gguf", "missing  nothing").satisfies(out -> assertThat(out.lines().count()).isLessThanOrEqualTo(10));

        Result diff = Program.modular(folder).run("diff", "flux.gguf", "flux");
        assertThat(diff.exit()).isEqualTo(1);
        assertThat(diff.out()).contains("> transformer_blocks.0.attn.to_q.weight BF16 [128, 128]");
        Result again = Program.modular(folder).run("quantize", "flux", "Q8_0", "-o", "flux.gguf");
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.err()).contains("flux.gguf exists already").contains("--force");
    }

    private String hash(String file) throws Exception {
        return run("hash", file).out().split(" ")[0];
    }

    @Test
    void whatIsInterruptedLeavesNothing() throws Exception {
        Process process = Program.modular(folder).start("make", "t5", "t5", "--dtype", "F32", "--depth", "4");
        while (process.isAlive() && parts().isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        process.destroy();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(parts()).isEmpty();
        assertThat(folder.resolve("t5")).doesNotExist();
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith(".part")).toList();
        }
    }
}
