package io.github.x2i4j.tools.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.NameMap;
import io.github.x2i4j.model.align.AlignNet;
import io.github.x2i4j.model.align.AlignNetSettings;
import io.github.x2i4j.model.flux.FluxTransformer;
import io.github.x2i4j.model.flux.LatentGrid;
import io.github.x2i4j.model.internvl.InternVlModel;
import io.github.x2i4j.model.minicpm.MiniCpmModel;
import io.github.x2i4j.model.nn.Loaded;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.FluxParts;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.model.qwen.QwenVlModel;
import io.github.x2i4j.model.text.ClipTextEncoder;
import io.github.x2i4j.model.text.T5Encoder;
import io.github.x2i4j.model.vae.AutoencoderKl;
import io.github.x2i4j.model.vae.AutoencoderTiny;
import io.github.x2i4j.model.vae.VaeNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RandomWeightsTest {
    @TempDir
    Path temp;

    private static RandomWeights.Options options(DType dtype, Sizes sizes) {
        return new RandomWeights.Options(7, dtype, sizes, RandomWeights.SHARD_BYTES);
    }

    private Path flux(String name, DType dtype, int depth) {
        Path folder = temp.resolve(name);
        RandomWeights.make(Architecture.FLUX_DEV, folder, options(dtype, new Sizes(depth, null, SmallModels.FLUX)), Progress.NONE);
        return folder;
    }

    /** As their publishers and the parameter count of the reference classes say. */
    @ParameterizedTest
    @CsvSource({"FLUX_DEV,11901408320", "FLUX_SCHNELL,11891178560", "VAE,83819683", "TAEF1,2458899", "T5,4762310656", "CLIP,123060480",
        "QWEN2_5_VL_3B,3754622976", "QWEN2_5_VL_7B,8292166656", "ALIGNNET_3B,28317342", "ALIGNNET_7B,34611670", "ALIGNNET_INTERNVL_1B,23595545",
        "ALIGNNET_INTERNVL_4B,28317342", "ALIGNNET_MINICPM,34611670"})
    void fullSizesAreThePublishedOnes(Architecture a, long parameters) {
        assertThat(a.tensors(Sizes.FULL.parsed(a)).values().stream().mapToLong(Shape::elements).sum()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsMadeLoadsWithEveryTensorUsedAndNoneMissing(Architecture a) {
        Path folder = temp.resolve("m");
        RandomWeights.Made made = SmallModels.make(a, folder, DType.BF16);
        try (Loaded<?> model = switch (a.family()) {
            case FLUX -> Loaded.open(folder, NameMap.IDENTITY, FluxTransformer::of);
            case VAE -> Loaded.open(folder, VaeNames.MAP, AutoencoderKl::of);
            case TINY_VAE -> Loaded.open(folder, VaeNames.MAP, AutoencoderTiny::of);
            case T5 -> Loaded.open(folder, T5Encoder.NAMES, T5Encoder::of);
            case CLIP -> Loaded.open(folder, ClipTextEncoder.NAMES, ClipTextEncoder::of);
            case QWEN -> Loaded.open(folder, QwenVlModel.NAMES, QwenVlModel::bind);
            case INTERNVL -> Loaded.open(folder, InternVlModel.NAMES, InternVlModel::bind);
            case MINICPM -> Loaded.open(folder, MiniCpmModel.NAMES, MiniCpmModel::bind);
            case ALIGNNET -> Loaded.openWeights(folder, AlignNet.NAMES, w -> AlignNet.of(w, AlignNetSettings.FROM_FILE));
        }) {
            assertThat(model.checkpoint().tensors()).hasSize((int) made.tensors());
            assertThat(model.checkpoint().tensors().values()).allMatch(t -> t.dtype().equals("BF16"));
        }
    }

    @Test
    void theSameSeedMakesTheSameBytesAndAnotherSeedOthers() throws IOException {
        String weights = "diffusion_pytorch_model.safetensors";
        Path a = flux("a", DType.F16, 1);
        Path b = flux("b", DType.F16, 1);
        assertThat(Files.mismatch(a.resolve(weights), b.resolve(weights))).isEqualTo(-1);
        RandomWeights.make(Architecture.FLUX_DEV, temp.resolve("c"), new RandomWeights.Options(8, DType.F16, new Sizes(1, null, SmallModels.FLUX), 1 << 30),
                Progress.NONE);
        assertThat(Files.mismatch(a.resolve(weights), temp.resolve("c").resolve(weights))).isGreaterThan(0);
    }

    @Test
    void aNumberIsTheSameInEveryTypeButForItsRounding() {
        try (Checkpoint f32 = Checkpoints.open(flux("f32", DType.F32, 1)); Checkpoint f16 = Checkpoints.open(flux("f16", DType.F16, 2))) {
            for (String name : f32.tensors().keySet()) {
                float[] exact = f32.tensor(name).toFloats();
                float[] rounded = f16.tensor(name).toFloats();
                for (int i = 0; i < exact.length; i++) {
                    assertThat(rounded[i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(exact[i])));
                }
            }
        }
    }

    @Test
    void valuesAreScaledForWhatFlowsThroughThem() {
        try (Checkpoint c = Checkpoints.open(flux("flux", DType.F32, 1))) {
            assertThat(deviation(c.tensor("context_embedder.weight").toFloats(), 0)).isBetween(0.28, 0.35); // 1 / sqrt(10)
            assertThat(deviation(c.tensor("transformer_blocks.0.norm1.linear.bias").toFloats(), 0)).isBetween(0.015, 0.025);
            assertThat(deviation(c.tensor("transformer_blocks.0.attn.norm_q.weight").toFloats(), 1)).isBetween(0.005, 0.04);
        }
    }

    private static double deviation(float[] values, double centre) {
        double sum = 0;
        for (float v : values) {
            sum += (v - centre) * (v - centre);
        }
        return Math.sqrt(sum / values.length);
    }

    @Test
    void activationsStayFiniteThroughAsManyLayersAsThePublishedModelHas() {
        Path folder = flux("deep", DType.BF16, 19);
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope();
                Loaded<FluxTransformer> t = Loaded.open(folder, NameMap.IDENTITY, FluxTransformer::of)) {
            LatentGrid grid = new LatentGrid(4, 4);
            Tensor x = f.floats(random(4 * 8), 1, 4, 8);
            FluxTransformer.Conditions c = new FluxTransformer.Conditions(f.floats(random(3 * 10), 1, 3, 10), f.floats(random(4), 1, 4),
                    new float[] {3.5f}, t.model().rope(f, LatentGrid.textIds(3), grid.imageIds()));
            float[] y = t.model().forward(f, x, new float[] {0.7f}, c, Progress.NONE.hook()).toFloats();
            for (float v : y) {
                assertThat(Math.abs(v)).isLessThan(100);
            }
            assertThat(deviation(y, 0)).isBetween(0.05, 20.0);
        }
    }

    private static float[] random(int n) {
        float[] v = new float[n];
        new RandomValues(1, "x", Shape.of(n, 1)).fill(0, n, v, 0);
        return v;
    }

    @Test
    void aPipelineHasThePartsThatDrawingTakes() {
        Path folder = temp.resolve("p");
        RandomPipeline.make(Architecture.FLUX_SCHNELL, folder, options(DType.BF16, new Sizes(1, null, SmallModels.FLUX)), Progress.NONE);
        FluxParts opened = FluxParts.open(folder);
        for (FluxParts.Part part : List.of(FluxParts.Part.TRANSFORMER, FluxParts.Part.VAE, FluxParts.Part.SCHEDULER)) {
            assertThat(opened.part(part)).isDirectory();
        }
        assertThat(io.github.x2i4j.tools.Inspections.inspect(folder).allProblems()).isEmpty();
    }

    @Test
    void partsOfAPipelineMayLieApart() {
        Path folder = temp.resolve("apart");
        RandomPipeline.make(Architecture.FLUX_SCHNELL, folder, options(DType.BF16, new Sizes(1, null, SmallModels.FLUX)), Progress.NONE);
        FluxParts whole = FluxParts.open(folder);
        FluxParts apart = FluxParts.open(folder.resolve("transformer")).with(FluxParts.Part.VAE, folder.resolve("vae"));
        assertThat(apart.part(FluxParts.Part.VAE)).isEqualTo(whole.part(FluxParts.Part.VAE));
        assertThat(apart.transformer().hiddenSize()).isEqualTo(whole.transformer().hiddenSize());
        assertThat(apart.autoencoder()).isEqualTo(whole.autoencoder());
        assertThat(apart.scheduler(apart.transformer()).useDynamicShifting()).isFalse();
        FluxParts file = FluxParts.open(folder.resolve("transformer/diffusion_pytorch_model.safetensors"));
        assertThatThrownBy(() -> file.part(FluxParts.Part.VAE)).isInstanceOf(InvalidInputException.class).hasMessageContaining("--vae");
        assertThatThrownBy(() -> file.with(FluxParts.Part.VAE, folder.resolve("transformer"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("expected a VAE");
    }

    @Test
    void largeWeightsAreCutIntoShardsWithAnIndex() throws IOException {
        Path folder = temp.resolve("s");
        RandomWeights.make(Architecture.T5, folder, new RandomWeights.Options(0, DType.F32, new Sizes(2, 64, Map.of("vocab_size", "60")), 50_000),
                Progress.NONE);
        assertThat(folder.resolve("model.safetensors.index.json")).exists();
        try (var files = Files.list(folder)) {
            assertThat(files.filter(f -> f.toString().endsWith(".safetensors"))).hasSizeGreaterThan(2);
        }
        assertThat(io.github.x2i4j.tools.Inspections.inspect(folder).allProblems()).isEmpty();
    }

    @Test
    void cancellingLeavesNothing() throws IOException {
        List<Integer> steps = new ArrayList<>();
        Progress stopsHalfway = new Progress() {
            @Override
            public void step(int done) {
                steps.add(done);
            }

            @Override
            public boolean cancelled() {
                return steps.size() >= 10;
            }
        };
        assertThatThrownBy(() -> RandomWeights.make(Architecture.T5, temp.resolve("t5"), options(DType.F32, new Sizes(20, 64, Map.of("vocab_size", "60"))), stopsHalfway))
                .isInstanceOf(CancelledException.class);
        assertThat(steps).hasSize(10).isSorted();
        try (var files = Files.list(temp)) {
            assertThat(files).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FLUX_DEV      | 0  | 128  | x=1                   | --depth 0 must be at least 1
            FLUX_DEV      | 1  | 100  | x=1                   | --width 100 must be a multiple of 128
            MINICPM_O_2_6 | 1  | 64   | x=1                   | --width 64 must be a multiple of 128
            T5            | 1  | 64   | x=1                   | --set x: the configuration of t5 has no such field
            CLIP          | 1  | 64   | vision.depth=1        | --set vision.depth: the configuration of clip has no such field
            CLIP          | 1  | 64   | vocab_size=nine       | is no JSON value
            CLIP          | 1  | 64   | vocab_size=-1         | field vocab_size is -1
            """)
    void impossibleSizesAreRefusedBeforeAnythingIsWritten(Architecture a, int depth, int width, String set, String message) throws IOException {
        String[] pair = set.split("=");
        assertThatThrownBy(() -> RandomWeights.make(a, temp.resolve("x"), options(DType.F32, new Sizes(depth, width, Map.of(pair[0], pair[1]))),
                Progress.NONE)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining(message);
        assertThat(temp.toFile().list()).isEmpty();
    }

    @Test
    void whatNoDiskHoldsIsRefusedAtOnce() {
        assertThatThrownBy(() -> RandomWeights.make(Architecture.FLUX_DEV, temp.resolve("x"), options(DType.F32, new Sizes(400, 1 << 19, Map.of())),
                Progress.NONE)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("are free there");
        assertThat(temp.toFile().list()).isEmpty();
    }

    @Test
    void unknownNamesAreToldTheKnownOnes() {
        assertThatThrownBy(() -> Architecture.of("sdxl")).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("flux-dev, flux-schnell");
    }
}
