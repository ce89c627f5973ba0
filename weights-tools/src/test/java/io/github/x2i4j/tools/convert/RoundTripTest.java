package io.github.x2i4j.tools.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.model.flux.FluxNames;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.text.T5Encoder;
import io.github.x2i4j.model.vae.AutoencoderKl;
import io.github.x2i4j.model.vae.AutoencoderTiny;
import io.github.x2i4j.model.vae.VaeNames;
import io.github.x2i4j.tools.Inspections;
import io.github.x2i4j.tools.compare.CheckpointDiff;
import io.github.x2i4j.tools.make.Architecture;
import io.github.x2i4j.tools.make.SmallModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Weights that went through other formats and names are the same bits as before. */
class RoundTripTest {
    @TempDir
    Path temp;

    private Path made(Architecture a, DType dtype) {
        SmallModels.make(a, temp.resolve("made"), dtype);
        return temp.resolve("made");
    }

    private Path convert(Path source, String output, DType dtype, Names names) {
        new Conversion(new TypeRules(dtype, List.of()), names, 1 << 30, false).run(source, temp.resolve(output), Progress.NONE);
        return temp.resolve(output);
    }

    private static void assertSame(Path a, Path b) {
        try (Checkpoint x = Checkpoints.open(a); Checkpoint y = Checkpoints.open(b)) {
            CheckpointDiff diff = CheckpointDiff.of(x, y, Progress.NONE);
            assertThat(diff.isEmpty()).as("%s and %s", a, b).isTrue();
            assertThat(diff.same()).isEqualTo(x.tensors().size());
        }
    }

    /** The type of the weights, and that of the GGUF file, which holds it exactly. */
    @ParameterizedTest
    @CsvSource({"FLUX_DEV, F16, F16", "FLUX_DEV, BF16, BF16", "FLUX_DEV, F16, F32", "FLUX_SCHNELL, F32, F32", "VAE, F16, F16", "VAE, BF16, BF16",
        "VAE, F32, F32",
        "T5, F16, F16", "T5, BF16, BF16"})
    void diffusersToSingleFileToGgufToDiffusers(Architecture a, DType dtype, DType inGguf) throws IOException {
        Path folder = made(a, dtype);
        Path single = convert(folder, "single.safetensors", null, Names.ORIGINAL);
        ModelKind kind = a == Architecture.VAE ? ModelKind.VAE_SINGLE_FILE : a == Architecture.T5 ? ModelKind.T5 : ModelKind.FLUX_SINGLE_FILE;
        assertThat(ModelKind.detect(single)).isEqualTo(kind);
        Path gguf = convert(single, "single.gguf", inGguf, Names.STORED);
        assertThat(ModelKind.detect(gguf)).isEqualTo(kind);
        if (inGguf == dtype) {
            assertSame(single, gguf);
        }
        Path back = convert(gguf, "back", dtype, Names.DIFFUSERS);
        assertSame(folder, back);
        assertThat(Files.exists(back.resolve("config.json"))).isTrue();
        assertThat(Inspections.inspect(back).allProblems()).isEmpty();
        assertSame(gguf, convert(back, "again.gguf", inGguf, Names.ORIGINAL));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_NONE, names = {"QWEN.*", "MINICPM.*", "T5"})
    void throughGgufAndBack(Architecture a) {
        Path folder = made(a, DType.F16);
        Path gguf = convert(folder, "w.gguf", DType.F16, Names.STORED);
        assertSame(folder, gguf);
        assertSame(folder, convert(gguf, "back.safetensors", null, Names.STORED));
    }

    /** Qwen2.5-VL's patches are convolutions of five dimensions, and GGUF has four. */
    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ALL, names = "QWEN.*")
    void whatGgufCannotHoldIsRefused(Architecture a) {
        Path folder = made(a, DType.F16);
        assertThatThrownBy(() -> convert(folder, "w.gguf", DType.F16, Names.STORED)).isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("visual.patch_embed.proj.weight").hasMessageContaining("at most 4");
        assertSame(folder, convert(folder, "w.safetensors", null, Names.STORED));
    }

    /** What such a file is good for: options take it. */
    @ParameterizedTest
    @EnumSource(names = {"FLUX_DEV", "VAE", "TAEF1", "T5"})
    void aGgufFileThatWasConvertedLoads(Architecture a) {
        Path gguf = convert(made(a, DType.F16), "w.gguf", null, a == Architecture.TAEF1 ? Names.STORED : Names.ORIGINAL);
        try (Loaded<?> model = switch (a) {
            case FLUX_DEV -> Loaded.open(gguf, FluxNames.MAP, FluxTransformer::of);
            case VAE -> Loaded.open(gguf, VaeNames.MAP, AutoencoderKl::of);
            case TAEF1 -> Loaded.open(gguf, VaeNames.MAP, AutoencoderTiny::of);
            default -> Loaded.open(gguf, T5Encoder.NAMES, T5Encoder::of);
        }) {
            assertThat(model.checkpoint().tensors()).isNotEmpty();
        }
    }
}
