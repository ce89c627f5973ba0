package io.github.x2i4j.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.convert.Conversion;
import io.github.x2i4j.tools.convert.Names;
import io.github.x2i4j.tools.convert.TypeRules;
import io.github.x2i4j.tools.make.Architecture;
import io.github.x2i4j.tools.make.RandomWeights;
import io.github.x2i4j.tools.make.Sizes;
import io.github.x2i4j.tools.make.SmallModels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InspectionsTest {
    @TempDir
    Path temp;

    /** A safetensors file with tensors of zeros: name, dtype, shape, bytes. */
    private static void weights(Path file, Object... tensors) throws IOException {
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        int end = 0;
        for (int i = 0; i < tensors.length; i += 4) {
            int bytes = (int) tensors[i + 3];
            header.append(String.format(",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}", tensors[i], tensors[i + 1], tensors[i + 2],
                    end, end + bytes));
            end += bytes;
        }
        byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
        Files.createDirectories(file.getParent());
        Files.write(file, ByteBuffer.allocate(8 + json.length + end).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).array());
    }

    private static Path json(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text.replace('\'', '"'));
    }

    private Path pipeline() throws IOException {
        Path p = temp.resolve("flux");
        json(p.resolve("model_index.json"), "{'_class_name': 'FluxPipeline', 'transformer': ['diffusers', 'FluxTransformer2DModel'],"
                + " 'vae': ['diffusers', 'AutoencoderKL'], 'scheduler': ['diffusers', 'X'], 'tokenizer': [null, null]}");
        json(p.resolve("transformer/config.json"), "{'_class_name': 'FluxTransformer2DModel', 'num_layers': 2, 'axes': [4, 6, 6], 'nothing': null}");
        weights(p.resolve("transformer/diffusion_pytorch_model.safetensors"), "a.weight", "BF16", "[2,3]", 12, "ids", "I64", "[1]", 8);
        json(p.resolve("vae/config.json"), "{'_class_name': 'AutoencoderKL'}");
        weights(p.resolve("vae/diffusion_pytorch_model.safetensors"), "b", "F32", "[5]", 20);
        json(p.resolve("scheduler/scheduler_config.json"), "{'shift': 3.0}");
        return p;
    }

    @Test
    void aPipelineIsTheSumOfItsParts() throws IOException {
        Inspection i = Inspections.inspect(pipeline());
        assertThat(i.kind()).isEqualTo(ModelKind.FLUX_PIPELINE);
        assertThat(i.parts()).extracting(Inspection.Part::name).containsExactly("transformer", "vae", "scheduler");
        assertThat(i.totals()).containsExactly(Map.entry("BF16", new Inspection.Total(1, 6, 12)), Map.entry("F32", new Inspection.Total(1, 5, 20)),
                Map.entry("I64", new Inspection.Total(1, 1, 8)));
        assertThat(i.total()).isEqualTo(new Inspection.Total(3, 12, 40));
        assertThat(i.parameters()).isEqualTo(11);
        assertThat(i.allProblems()).isEmpty();
        Inspection transformer = i.parts().getFirst().inspection();
        assertThat(transformer.config()).containsExactly(Map.entry("_class_name", "FluxTransformer2DModel"), Map.entry("num_layers", "2"),
                Map.entry("axes", "[4, 6, 6]"));
        assertThat(transformer.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(transformer.tensors()).extracting(t -> t.name() + " " + t.dtype() + " " + t.shape() + " " + t.bytes())
                .containsExactly("a.weight BF16 [2, 3] 12", "ids I64 [1] 8");
    }

    @Test
    void whatIsMissingOrDamagedInAPipelineIsAProblemOfItsPart() throws IOException {
        Path p = pipeline();
        Files.delete(p.resolve("vae/diffusion_pytorch_model.safetensors"));
        Files.writeString(p.resolve("transformer/diffusion_pytorch_model.safetensors"), "short");
        Files.delete(p.resolve("scheduler/scheduler_config.json"));
        Files.delete(p.resolve("scheduler"));
        assertThat(Inspections.inspect(p).allProblems()).hasSize(3)
                .anyMatch(s -> s.startsWith("vae: no weights under the usual names"))
                .anyMatch(s -> s.startsWith("transformer: ") && s.endsWith("has 5 bytes, too short for a safetensors file"))
                .anyMatch(s -> s.equals("part scheduler is missing: there is no " + p.resolve("scheduler")));
    }

    @Test
    void aBundleFollowsItsPathsAndNeverItself() throws IOException {
        pipeline();
        Path b = temp.resolve("bundle");
        json(b.resolve("x2i.json"), "{'mllm': {'family': 'qwen2_5_vl', 'path': '../bundle'}, 'alignnet': {'path': 'gone.bin'}, 'flux': {'path': '../flux'}}");
        for (Inspection i : List.of(Inspections.inspect(b), Inspections.inspect(b.resolve("x2i.json")))) {
            assertThat(i.kind()).isEqualTo(ModelKind.BUNDLE);
            assertThat(i.parts()).extracting(Inspection.Part::name).containsExactly("flux");
            assertThat(i.parameters()).isEqualTo(11);
            assertThat(i.problems()).containsExactly("part mllm is an X2I bundle itself: " + b, "part alignnet is missing: there is no " + b.resolve("gone.bin"));
        }
        json(b.resolve("x2i.json"), "{'mllm': {}, 'alignnet': {'path': 'a\\u0000'}}");
        assertThat(Inspections.inspect(b).problems()).hasSize(3).anyMatch(s -> s.endsWith("field mllm.path is missing"))
                .anyMatch(s -> s.endsWith("field alignnet.path is no path")).anyMatch(s -> s.endsWith("field flux is missing"));
    }

    @Test
    void pipelinesThatLeadBackToThemselvesEnd() throws IOException {
        Path p = temp.resolve("loop");
        json(p.resolve("model_index.json"), "{'_class_name': 'FluxPipeline', 'again': ['a', 'b'], '../up': ['a', 'b']}");
        Files.createSymbolicLink(p.resolve("again"), p);
        assertThat(Inspections.inspect(p).problems()).containsExactly("part again is a FLUX pipeline folder itself: " + p.resolve("again"),
                "model_index.json names the part ../up, which is no folder's name");
    }

    @Test
    void missingShardsDoNotHideTheOthers() throws IOException {
        Path m = temp.resolve("qwen");
        json(m.resolve("config.json"), "{'model_type': 'qwen2_5_vl'}");
        weights(m.resolve("1.safetensors"), "a", "F32", "[1]", 4);
        json(m.resolve("model.safetensors.index.json"), "{'metadata': {'total_size': 8}, 'weight_map': {'a': '1.safetensors', 'b': '2.safetensors'}}");
        Inspection i = Inspections.inspect(m);
        assertThat(i.kind()).isEqualTo(ModelKind.QWEN2_5_VL);
        assertThat(i.tensors()).hasSize(1);
        assertThat(i.problems()).containsExactly(
                m.resolve("model.safetensors.index.json") + ": names the file 2.safetensors, which is missing",
                "1 of the 2 tensors of model.safetensors.index.json missing, the first is b",
                "no tokenizer, expected tokenizer.json or vocab.json and merges.txt", "no preprocessor, expected preprocessor_config.json");
        json(m.resolve("model.safetensors.index.json"), "{'metadata': {'total_size': 9}, 'weight_map': {'a': '1.safetensors'}}");
        assertThat(Inspections.inspect(m).problems()).contains("model.safetensors.index.json says 9 bytes in all, the tensors have 4");
    }

    @Test
    void damagedFilesAreTypedErrors() throws IOException {
        Path bad = Files.writeString(temp.resolve("bad.safetensors"), "nothing of the kind");
        assertThatThrownBy(() -> Inspections.inspect(bad)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining(bad.toString());
        Path gguf = Files.writeString(temp.resolve("w.gguf"), "GGUF....");
        assertThatThrownBy(() -> Inspections.inspect(gguf)).isExactlyInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> Inspections.inspect(temp.resolve("none"))).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("there is no such file or folder");
        Path broken = json(temp.resolve("m/config.json"), "{");
        assertThatThrownBy(() -> Inspections.inspect(temp.resolve("m"))).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining(broken.toString());
    }

    @Test
    void theReportIsPlainTextAndPlainMaps() throws IOException {
        Path file = temp.resolve("w.safetensors");
        weights(file, "mlp.layernorm.weight", "F32", "[2]", 8, "mlp.projector.0.weight", "BF16", "[2,3]", 12, "x\\u001b[2J", "U8", "[1]", 1);
        Inspection i = Inspections.inspect(file);
        List<String> text = InspectionReport.text(i, 10);
        assertThat(text.getFirst()).isEqualTo(file + ": an AlignNet state dict");
        assertThat(text).contains("  3 tensors, 8 parameters, 21 bytes").anyMatch(l -> l.matches(" +BF16 +\\[2, 3] +12 +mlp\\.projector\\.0\\.weight"))
                .anyMatch(l -> l.endsWith("x\\u001b[2J")).noneMatch(l -> l.contains("\u001b"));
        assertThat(InspectionReport.text(i, 1)).contains("  ... and 2 more");
        assertThat(InspectionReport.text(i, 0)).noneMatch(l -> l.contains("more") || l.contains("projector"));
        Map<String, Object> map = InspectionReport.json(i);
        assertThat(map).containsEntry("kind", "alignnet").containsEntry("parameters", 8L).containsEntry("bytes", 21L).containsEntry("problems", List.of());
        assertThat((List<?>) map.get("tensors")).hasSize(3);
    }

    @Test
    void tenLinesTellWhatItIsWhatRunsItAndWhatIsMissing() throws IOException {
        Path p = pipeline();
        assertThat(InspectionSummary.lines(Inspections.inspect(p))).hasSizeLessThanOrEqualTo(10).containsExactly(
                p + ": a FLUX pipeline folder",
                "  holds    3 tensors, 11 parameters, 40 bytes: F32 50 %, BF16 30 %, I64 20 %",
                "  parts    transformer 20 bytes, vae 20 bytes, scheduler",
                "  use      x2i generate \"TEXT\" --flux " + p,
                "  or       x2i generate \"TEXT\" --flux " + p + " --mllm MLLM --alignnet ALIGNNET",
                "  with     MLLM: such as Qwen/Qwen2.5-VL-7B-Instruct; ALIGNNET: the file for that language model of OPPOer/X2I",
                "  missing  nothing");
        for (String part : List.of("transformer", "vae", "scheduler")) {
            try (java.util.stream.Stream<Path> files = Files.walk(p.resolve(part))) {
                for (Path f : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(f);
                }
            }
        }
        json(p.resolve("model_index.json"), "{'_class_name': 'FluxPipeline', 'a': ['x'], 'b': ['x'], 'c': ['x'], 'd': ['x'], 'e': ['x']}");
        List<String> lines = InspectionSummary.lines(Inspections.inspect(p));
        assertThat(lines).hasSizeLessThanOrEqualTo(10);
        assertThat(lines.getLast()).startsWith("  missing  part c is missing: there is no").endsWith("(and 2 problems more: --all)");
    }

    @ParameterizedTest
    @EnumSource
    void everyKindIsToldWhatRunsIt(ModelKind kind) {
        Inspection i = new Inspection(Path.of("x\u001b"), kind, kind.description(), List.of(), Map.of("num_layers", "3"), Map.of(), List.of(), List.of());
        assertThat(InspectionSummary.lines(i)).hasSizeBetween(4, 10).noneMatch(l -> l.contains("\u001b")).anyMatch(l -> l.startsWith("  use      "))
                .contains("  sizes    num_layers 3", "  missing  nothing");
    }

    private Inspection made(Architecture a) {
        SmallModels.make(a, temp.resolve("made"), DType.BF16);
        return Inspections.account(temp.resolve("made"));
    }

    /** A file alone, under other names or in another format where there are such, has as much to tell as its folder. */
    private List<String> alone(String output, Names names) {
        new Conversion(new TypeRules(null, List.of()), names, 1 << 30, false).run(temp.resolve("made"), temp.resolve(output), Progress.NONE);
        return InspectionSummary.lines(Inspections.account(temp.resolve(output)));
    }

    @Test
    void aTransformerAloneSaysItsSizesAndWhatElseItTakes() {
        assertThat(made(Architecture.FLUX_DEV).allProblems()).isEmpty();
        for (String file : List.of("f.safetensors", "f.gguf")) {
            Path path = temp.resolve(file);
            assertThat(alone(file, Names.ORIGINAL)).hasSizeBetween(7, 8).contains("  sizes    1 double blocks, 2 single blocks, width 128",
                    "  use      x2i generate \"TEXT\" --flux " + path + " --vae AE --mllm MLLM --alignnet ALIGNNET",
                    "  or       x2i generate \"TEXT\" --flux " + path + " --vae AE --clip CLIP --t5 T5 --tokenizers DIR", "  missing  nothing")
                    .anyMatch(l -> l.startsWith("  with     AE: ae.safetensors"));
        }
    }

    @Test
    void anAlignNetSaysWhichLanguageModelItIsFor() {
        RandomWeights.make(Architecture.ALIGNNET_7B, temp.resolve("a"), new RandomWeights.Options(1, DType.BF16, Sizes.FULL, 1 << 30), Progress.NONE);
        assertThat(InspectionSummary.lines(Inspections.account(temp.resolve("a/diffusion_pytorch_model.safetensors"))))
                .contains("  sizes    29 hidden states, width 3584", "  missing  nothing")
                .anyMatch(l -> l.startsWith("  with     MLLM: Qwen/Qwen2.5-VL-7B-Instruct or openbmb/MiniCPM-o-2_6; "));
    }

    @ParameterizedTest
    @EnumSource
    void everyTensorOfEveryArchitectureIsAccountedFor(Architecture a) throws IOException {
        Inspection whole = made(a);
        assertThat(whole.problems()).allMatch(p -> p.startsWith("no tokenizer") || p.startsWith("no preprocessor"));
        assertThat(InspectionSummary.lines(whole)).hasSizeBetween(4, 10).anyMatch(l -> l.startsWith("  sizes    "));
        for (String small : List.of("tokenizer.json", "preprocessor_config.json")) {
            Files.writeString(temp.resolve("made").resolve(small), "{}");
        }
        Path file = whole.tensors().getFirst().file();
        String lost = whole.tensors().stream().map(TensorInfo::name).filter(n -> n.endsWith("weight")).reduce((x, y) -> y).orElseThrow();
        byte[] bytes = Files.readAllBytes(file);
        byte[] renamed = new String(bytes, StandardCharsets.ISO_8859_1).replace("\"" + lost + "\"", "\"" + lost.substring(0, lost.length() - 1) + "_\"")
                .getBytes(StandardCharsets.ISO_8859_1);
        Files.write(file, renamed);
        assertThat(Inspections.inspect(temp.resolve("made")).allProblems()).isEmpty();
        assertThat(Inspections.account(temp.resolve("made")).allProblems()).hasSize(1).allMatch(p -> p.contains(lost.replace("text_model.", "")));
    }

    @Test
    void aConfigurationLeadsToItsFolder() throws IOException {
        Path p = pipeline();
        assertThat(InspectionSummary.lines(Inspections.inspect(p.resolve("model_index.json")))).contains(
                p.resolve("model_index.json") + ": a small file of the folder it lies in", "  use      x2i inspect " + p);
    }
}
