package io.github.x2i4j.tools.convert;

import static io.github.x2i4j.tools.WeightFiles.raw;
import static io.github.x2i4j.tools.WeightFiles.tensor;
import static io.github.x2i4j.tools.WeightFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.compare.CheckpointDiff;
import io.github.x2i4j.tools.make.Architecture;
import io.github.x2i4j.tools.make.RandomWeights;
import io.github.x2i4j.tools.make.Sizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConversionTest {
    @TempDir
    Path temp;

    private static Conversion to(DType dtype, Names names, TypeRules.Exception... exceptions) {
        return new Conversion(new TypeRules(dtype, List.of(exceptions)), names, 1 << 30, false);
    }

    private Path convert(Path source, String output, DType dtype, Names names, TypeRules.Exception... exceptions) {
        to(dtype, names, exceptions).run(source, temp.resolve(output), Progress.NONE);
        return temp.resolve(output);
    }

    private Path flux(DType dtype) {
        RandomWeights.make(Architecture.FLUX_DEV, temp.resolve("flux"), new RandomWeights.Options(1, dtype, new Sizes(2, 128,
                Map.of("joint_attention_dim", "96", "pooled_projection_dim", "32")), 1 << 30), Progress.NONE);
        return temp.resolve("flux");
    }

    private Path vae() {
        RandomWeights.make(Architecture.VAE, temp.resolve("vae"), new RandomWeights.Options(1, DType.F16, new Sizes(1, 128, Map.of()), 1 << 30),
                Progress.NONE);
        return temp.resolve("vae");
    }

    private static CheckpointDiff diff(Path a, Path b) {
        try (Checkpoint x = Checkpoints.open(a); Checkpoint y = Checkpoints.open(b)) {
            return CheckpointDiff.of(x, y, Progress.NONE);
        }
    }

    private static DType[] types(Path file, String... names) {
        try (Checkpoint c = Checkpoints.open(file)) {
            return java.util.Arrays.stream(names).map(n -> c.tensor(n).dtype()).toArray(DType[]::new);
        }
    }

    @Test
    void theOriginalReleaseKeepsQueriesKeysAndValuesInOneTensor() {
        Path folder = flux(DType.F32);
        Path single = convert(folder, "flux.safetensors", null, Names.ORIGINAL);
        try (Checkpoint a = Checkpoints.open(folder); Checkpoint b = Checkpoints.open(single)) {
            float[] qkv = b.tensor("double_blocks.1.txt_attn.qkv.bias").toFloats();
            assertThat(java.util.Arrays.copyOfRange(qkv, 128, 256)).isEqualTo(a.tensor("transformer_blocks.1.attn.add_k_proj.bias").toFloats());
            assertThat(b.tensor("single_blocks.3.linear1.weight").shape().toArray()).containsExactly(7 * 128, 128);
            float[] scaleShift = a.tensor("norm_out.linear.bias").toFloats();
            float[] shiftScale = b.tensor("final_layer.adaLN_modulation.1.bias").toFloats();
            assertThat(shiftScale[0]).isEqualTo(scaleShift[128]);
            assertThat(shiftScale[128]).isEqualTo(scaleShift[0]);
        }
    }

    @Test
    void autoencodersHaveTheirOriginalNamesAndBack() {
        Path folder = vae();
        Path single = convert(folder, "ae.safetensors", null, Names.ORIGINAL);
        assertThat(ModelKind.detect(single)).isEqualTo(ModelKind.VAE_SINGLE_FILE);
        try (Checkpoint c = Checkpoints.open(single)) {
            assertThat(c.tensors().get("encoder.mid.attn_1.q.weight").shape().toArray()).containsExactly(128, 128, 1, 1);
            assertThat(c.tensors()).containsKey("decoder.up.0.block.0.nin_shortcut.weight").doesNotContainKey("decoder.up.0.upsample.conv.weight");
        }
    }

    @Test
    void quantisedWeightsAreTheSameInGgufAndSafetensors() {
        Path folder = flux(DType.BF16);
        Path gguf = convert(folder, "q.gguf", DType.Q8_0, Names.ORIGINAL);
        Path file = convert(folder, "q.safetensors", DType.Q8_0, Names.ORIGINAL);
        assertThat(diff(gguf, file).isEmpty()).isTrue();
        assertThat(types(file, "double_blocks.0.img_attn.qkv.weight", "img_in.weight", "img_in.bias")).containsExactly(DType.Q8_0, DType.BF16, DType.F32);
        Path copy = convert(file, "copy.gguf", null, Names.STORED);
        assertThat(diff(gguf, copy).isEmpty()).isTrue();
    }

    @Test
    void theReportTellsTypesAndErrors() {
        Path folder = flux(DType.BF16);
        ConversionReport report = to(DType.Q4_0, Names.STORED, new TypeRules.Exception("*.to_v.weight", DType.Q8_0), new TypeRules.Exception("*norm*", null))
                .run(folder, temp.resolve("q.safetensors"), Progress.NONE);
        Map<String, ConversionReport.Line> lines = new java.util.HashMap<>();
        report.lines().forEach(l -> lines.put(l.name(), l));
        ConversionReport.Line q = lines.get("transformer_blocks.0.attn.to_q.weight");
        assertThat(q.from()).isEqualTo("BF16");
        assertThat(q.to()).isEqualTo("Q4_0");
        assertThat(q.error().relL2()).isBetween(0.05, 0.09);
        assertThat(lines.get("transformer_blocks.0.attn.to_v.weight").error().relL2()).isBetween(0.003, 0.006);
        assertThat(lines.get("transformer_blocks.0.attn.norm_q.weight").to()).isEqualTo("BF16");
        assertThat(lines.get("transformer_blocks.0.attn.to_q.bias").error().relL2()).isZero();
        assertThat(report.total().relL2()).isBetween(0.03, 0.09);
        assertThat(report.bytes()).isLessThan(report.sourceBytes() * 6 / 10);
    }

    @Test
    void typesAreRoundedOnce() {
        Path source = write(temp.resolve("w.safetensors"), tensor("a", DType.F64, i -> 1 + 0x1p-11 + 0x1p-40, 1), tensor("b", DType.F32, i -> 1 + 0x1.8p-8, 1));
        try (Checkpoint c = Checkpoints.open(convert(source, "h.safetensors", DType.F16, Names.STORED))) {
            assertThat(c.tensor("a").getFloat(0)).isEqualTo(1 + 0x1p-10f);
        }
        try (Checkpoint c = Checkpoints.open(convert(source, "b.safetensors", DType.BF16, Names.STORED))) {
            assertThat(c.tensor("b").getFloat(0)).isEqualTo(1 + 0x1p-7f);
        }
        try (Checkpoint c = Checkpoints.open(convert(source, "f.safetensors", DType.F32, Names.STORED))) {
            assertThat(c.tensor("a").getFloat(0)).isEqualTo((float) (1 + 0x1p-11 + 0x1p-40));
        }
    }

    @Test
    void whatCannotBeHeldIsTold() {
        Path large = write(temp.resolve("large.safetensors"), tensor("a", DType.F32, i -> 1e6, 4));
        assertThatThrownBy(() -> convert(large, "x.safetensors", DType.F16, Names.STORED)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("tensor a holds 1000000.0, which is beyond F16");
        Path broken = write(temp.resolve("broken.safetensors"), tensor("a", DType.F32, i -> i == 3 ? Double.NaN : i, 2, 32));
        assertThatThrownBy(() -> convert(broken, "x.gguf", DType.Q8_0, Names.STORED)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("tensor a holds NaN among values that share a scale: it cannot be written as Q8_0");
        Path deep = write(temp.resolve("deep.safetensors"), tensor("a", DType.F32, i -> i, 1, 1, 1, 1, 2));
        assertThatThrownBy(() -> convert(deep, "x.gguf", null, Names.STORED)).isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("at most 4");
        Path odd = write(temp.resolve("odd.safetensors"), raw("a", "U16", new byte[2], 1));
        assertThatThrownBy(() -> convert(odd, "x.gguf", null, Names.STORED)).isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("no type U16");
        Path named = write(temp.resolve("named.safetensors"), tensor("a".repeat(64), DType.F32, i -> i, 1));
        assertThatThrownBy(() -> convert(named, "x.gguf", null, Names.STORED)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("at most 63 bytes");
        assertThatThrownBy(() -> convert(large, "x.safetensors", null, Names.ORIGINAL)).isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("leave out --names");
        assertThat(temp.toFile().list()).hasSize(5);
    }

    @Test
    void integersAndUnknownTypesAreCopiedAndScaledFp8IsNotTornFromItsScale() throws IOException {
        Path source = write(temp.resolve("w.safetensors"), raw("ids", "I64", new byte[16], 2), raw("e", "F8_E8M0", new byte[] {1}, 1),
                tensor("a", DType.F32, i -> i, 4));
        Path copy = convert(source, "c.safetensors", DType.BF16, Names.STORED);
        assertThat(diff(source, copy).changed()).extracting(CheckpointDiff.Change::name).containsExactly("a");
        Path scaled = write(temp.resolve("s.safetensors"), raw("l.weight", "F8_E4M3", new byte[] {56}, 1), tensor("l.scale_weight", DType.F32, i -> 2));
        assertThatThrownBy(() -> convert(scaled, "x.safetensors", DType.BF16, Names.STORED)).isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("--names diffusers");
        assertThat(Files.exists(temp.resolve("x.safetensors"))).isFalse();
    }

    @Test
    void aSourceIsNeverOverwrittenAndCancellingLeavesNothing() {
        Path source = write(temp.resolve("w.safetensors"), tensor("a", DType.F32, i -> i, 4));
        assertThatThrownBy(() -> new Conversion(new TypeRules(DType.BF16, List.of()), Names.STORED, 1, true).run(source, source, Progress.NONE))
                .isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("is what is being read");
        Progress cancels = new Progress() {
            @Override
            public boolean cancelled() {
                return true;
            }
        };
        assertThatThrownBy(() -> to(DType.BF16, Names.STORED).run(source, temp.resolve("x.gguf"), cancels)).isInstanceOf(CancelledException.class);
        assertThat(temp.toFile().list()).containsExactly("w.safetensors");
    }

    @org.junit.jupiter.params.ParameterizedTest
    @org.junit.jupiter.params.provider.CsvSource({"BF16", "F32", "Q8_0"})
    void aSourceThatIsCutMeanwhileIsAnErrorThatNamesItAndLeavesNothing(DType dtype) {
        Path source = write(temp.resolve("w.safetensors"), tensor("a", DType.F32, i -> i, 64, 1024));
        Progress cuts = new Progress() {
            @Override
            public void stage(String name, int steps) {
                try (java.io.RandomAccessFile file = new java.io.RandomAccessFile(source.toFile(), "rw")) {
                    file.setLength(8192);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        assertThatThrownBy(() -> to(dtype, Names.STORED).run(source, temp.resolve("x.safetensors"), cuts)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining(source.toString());
        assertThat(temp.toFile().list()).containsExactly("w.safetensors");
    }
}
