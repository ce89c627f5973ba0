package io.github.x2i4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.model.media.PngWriter;
import io.github.x2i4j.model.media.RgbImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Usage, messages and exit codes; the whole program in this process. */
class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int run(String... args) {
        return Main.run(args, new PrintWriter(out), new PrintWriter(err));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            generate fox --width 100                      | --width 100         | multiple of 16, such as 96 or 112
            generate fox --height 0                       | --height 0          | such as 16 or 32
            generate fox --height -16                     | --height -16        | such as 16 or 32
            generate fox --steps 0                        | --steps 0           | from 1
            generate fox --count 0                        | --count 0           | from 1
            generate fox --guidance NaN                   | --guidance NaN      | 0 or a number
            generate fox --seed 9223372036854775808       | --seed              | 9223372036854775807
            generate fox --seed 9223372036854775807 -n 2  | --seed              | largest seed
            generate fox --seed 0x1                       | --seed              | '0x1' is no whole number
            generate fox --threads -1                     | --threads -1        | from 1
            generate fox --vector-bits 100                | --vector-bits 100   | 128, 256 or 512
            generate fox --kernels fast                   | --kernels fast      | auto, scalar, vector or machine
            generate fox --machine-isa sse                | --machine-isa sse   | avx2, avx512, avx512-bf16 or amx-bf16
            generate fox --precision f8                   | --precision f8      | f32, bf16 or fp8
            generate red fox                              | from "red" to "fox" | in quotes
            generate                                      | nothing to draw     | --image
            generate fox --json --quiet                   | --json and --quiet  | leave one out
            generate fox --bundle a --flux b              | --bundle            | leave out
            generate fox --mllm a                         | --alignnet          | --flux
            generate fox --alignnet a --flux b            | --mllm              | too
            generate fox --negative-prompt cat            | --negative-prompt   | --flux
            generate fox --flux nowhere                   | nowhere             | no such
            generate fox --bundle nowhere                 | nowhere             | no such
            generate fox --flux nowhere --image fox.png   | --image             | --init-image
            generate --flux nowhere                       | prompt              | in quotes
            generate fox --flux nowhere --strength 0.5    | --strength          | --init-image
            generate fox --flux nowhere --true-cfg 2      | --true-cfg          | --negative-prompt
            generate --image nowhere.png                  | nowhere.png         | not exist
            generate fox --prompt-preset best             | --prompt-preset best  | script or comfy or training
            generate fox --prompt-style haiku             | --prompt-style haiku  | raw, dict2, dict3 or dict3zh
            generate fox --padding up                     | --padding up        | right512
            generate fox --max-length 0                   | --max-length 0      | from 1
            generate fox --image-rule crop                | --image-rule crop   | squash128
            generate fox --placeholders maybe             | --placeholders maybe  | interpret or neutralise
            generate fox --hidden all                     | --hidden all        | prompt, answer or both
            generate fox --answer --hidden prompt         | --hidden prompt     | leave
            generate fox --max-new-tokens 3               | --max-new-tokens    | --answer
            generate fox --answer-from-padded             | --answer-from-padded | --hidden both
            generate fox --answer --max-new-tokens 0      | --max-new-tokens 0  | from 1
            generate fox --flux nowhere --hidden both     | --hidden            | --mllm
            generate --video nowhere.mp4                  | nowhere.mp4         | not exist
            generate --audio nowhere.wav                  | nowhere.wav         | not exist
            chat --hidden all                             | --hidden all        | prompt, answer or both
            chat --max-new-tokens 0                       | --max-new-tokens 0  | from 1
            chat --output nowhere                         | nowhere             | exists
            chat --flux nowhere                           | language model      | --mllm
            chat --image nowhere.png                      | nowhere.png         | not exist
            generate --video a --max-video-length 0       | --max-video-length 0.0 | above 0
            generate --audio a --audio-offset -1          | --audio-offset -1.0 | from 0
            generate --audio a --audio-duration 0         | --audio-duration 0.0 | above 0
            generate --audio a --max-audio-length 28801   | --max-audio-length 28801.0 | up to 28800
            generate fox --max-video-length 9             | --max-video-length  | name a video
            generate fox --audio-offset 1                 | --audio-offset      | name a sound
            generate fox --template none                  | --template none     | chat or bare
            generate fox --max-slices 0                   | --max-slices 0      | from 1
            generate fox --max-slices 2                   | --max-slices        | MiniCPM-o
            generate fox --video-rate real                | --video-rate real   | reference or true
            generate fox --rope-inv-freq fp16             | --rope-inv-freq fp16  | float32 or bfloat16
            generate fox --padding left512 --max-length 9 | --max-length        | --padding left
            generate fox --flux nowhere --rope-inv-freq bfloat16 | --rope-inv-freq | --mllm
            generate fox --flux nowhere --padding none    | --padding           | --mllm
            generate fox --preset x2i-7b --models .       | "x2i-7b"            | x2i-qwen2.5-vl-7b
            generate fox --preset x2i-qwen2.5-vl-7b       | --models            | go together
            generate fox --models .                       | --preset            | go together
            generate fox --preset x2i-minicpm-o-2.6 --models . --mllm a | --preset | leave out
            generate fox --preset x2i-minicpm-o-2.6 --models nowhere | nowhere  | no folder
            generate fox --preset x2i-minicpm-o-2.6 --models src | lacks parts  | https://huggingface.co/openbmb/MiniCPM-o-2_6
            generate fox -o fox.jpg                       | --output fox.jpg    | .png
            generate fox -o nowhere/fox.png               | nowhere             | does not exist
            generate fox --frobnicate                     | --frobnicate        | generate --help
            make flux-dev x --dtype I8                    | --dtype I8          | F32, BF16, F16, Q8_0
            make flux-3 x                                 | flux-3              | flux-dev, flux-schnell
            make t5 x --shard-size much                   | --shard-size much   | 500M
            make t5 x --set depth                         | --set depth         | and a value
            make t5 nowhere/x                             | nowhere             | make that folder first
            convert nowhere -o x.gguf                     | nowhere             | no such
            convert src                                   | --output            | convert --help
            convert src -o x --dtype Q9                   | --dtype Q9          | Q8_0
            convert src -o x --names bfl                  | --names bfl         | diffusers or original
            convert src -o x --keep a=Q9                  | --keep Q9           | Q8_0
            quantize src BF16 -o x                        | TYPE BF16           | Q8_0, Q6_K
            merge a                                       | --output            | merge --help
            split a -o b --size 0                         | --size 0            | 500M
            hash nowhere                                  | nowhere             | no such
            diff nowhere src                              | nowhere             | no such
            info --threads many                           | --threads           | many
            frobnicate                                    | frobnicate          | --help
            """)
    void wrongInputIsToldInOneSentenceWithTheRemedy(String line, String what, String remedy) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("x2i: ").contains(what).contains(remedy).doesNotContain("Exception")
                .doesNotContain("\tat ");
    }

    @Test
    void debugShowsWhereItFailed() {
        assertThat(run("generate", "fox", "--width", "100", "--debug")).isEqualTo(2);
        assertThat(err.toString()).contains("--width 100").contains("InvalidInputException").contains("\tat ");
    }

    @Test
    void helpNamesEveryCommandAndEachHasExamplesOrADescription() {
        assertThat(run()).isZero();
        assertThat(out.toString()).contains("generate", "verify", "inspect", "convert", "quantize", "make", "merge", "split", "diff", "hash", "info", "bench", "completion", "Examples:");
        assertThat(run("generate", "--help")).isZero();
        assertThat(out.toString()).contains("--image", "--strength", "--json", "x2i generate \"green fox\"");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void completionKnowsCommandsAndOptions() {
        assertThat(run("completion")).isZero();
        assertThat(out.toString()).contains("complete -F").contains("generate").contains("--negative-prompt");
    }

    @Test
    void versionIsPrinted() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("x2i4j").contains("Java 2");
    }

    @Test
    void infoTellsKernelsThreadsAndMemory() {
        assertThat(run("info", "--kernels", "scalar", "--threads", "3")).isZero();
        assertThat(out.toString()).containsIgnoringCase("scalar").contains("3").contains("MB");
    }

    @Test
    void picturesForProgramsAreJsonLinesAndNothingElse() throws IOException {
        Path file = folder.resolve("fox.png");
        int exit = run("generate", "green fox", "--steps", "1", "--seed", "5", "--json", "-o", file.toString());
        assertThat(exit).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString().lines()).allMatch(l -> l.startsWith("{\"event\":\"") && l.endsWith("}"));
        assertThat(out.toString().lines().toList().getLast()).contains("\"event\":\"picture\"").contains("\"seed\":5")
                .contains(file.toString());
        assertThat(Files.size(file)).isPositive();
    }

    private String recipe(String name, String... options) throws IOException {
        Path file = folder.resolve(name + ".png");
        List<String> args = new ArrayList<>(List.of("generate", "green fox", "--steps", "1", "--seed", "5", "-q", "-o", file.toString()));
        args.addAll(List.of(options));
        assertThat(run(args.toArray(String[]::new))).as(err.toString()).isZero();
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    @Test
    void presetsAndTheirPartsStandInTheRecipe() throws IOException {
        assertThat(recipe("a")).contains("\"max_length\":64,\"padding\":\"right\",\"special_tokens\":\"neutralise\",\"image_size\":[128,128]");
        assertThat(recipe("b", "--prompt-preset", "comfy")).contains("\"padding\":\"comfy\"", "\"prompt_style\":\"dict3\"",
                "\"max_pixels\":50176", "\"rope_inv_freq\":\"bfloat16\"").doesNotContain("image_size");
        assertThat(recipe("c", "--prompt-preset", "training")).contains("\"padding\":\"left\"", "\"prompt_style\":\"dict3-training\"");
        assertThat(recipe("d", "--prompt-style", "dict2", "--padding", "none", "--image-rule", "squash256", "--placeholders", "interpret"))
                .contains("\"padding\":\"none\"", "\"prompt_style\":\"dict2\"", "\"image_size\":[256,256]", "\"interpret\"");
        assertThat(recipe("e", "--padding", "left512")).contains("\"max_length\":512,\"padding\":\"left\"");
        assertThat(recipe("f")).contains("\"rope_inv_freq\":\"float32\"").doesNotContain("video_rate", "template", "slices");
        assertThat(recipe("g", "--rope-inv-freq", "bfloat16", "--video-rate", "true", "--template", "bare", "--image-rule", "own"))
                .contains("\"rope_inv_freq\":\"bfloat16\"", "\"video_rate\":\"true\"", "\"template\":\"bare\"").doesNotContain("image_size");
        assertThat(recipe("h", "--padding", "left", "--max-length", "80")).contains("\"max_length\":80,\"padding\":\"left\"");
    }

    @Test
    void theLanguageModelsWeightsAreGoneBeforeTheTransformersAreOpened() {
        assumeThat(Path.of("/proc/self/maps")).exists();
        assertThat(run("generate", "green fox", "--steps", "1", "--report", "--json", "-o", folder.toString())).as(err.toString()).isZero();

        List<String> stages = out.toString().lines().filter(l -> l.startsWith("{\"event\":\"memory\"")).toList();
        assertThat(stages).filteredOn(l -> l.contains("/mllm/")).singleElement().asString().contains("\"stage\":\"read prompt\"")
                .doesNotContain("/flux/");
        assertThat(stages).filteredOn(l -> l.contains("/transformer/")).singleElement().asString().contains("\"stage\":\"denoise\"")
                .doesNotContain("/vae/");
        assertThat(stages).filteredOn(l -> l.contains("/vae/")).singleElement().asString().contains("\"stage\":\"decode\"");
        assertThat(stages).as("CLIP and T5 are not needed").noneMatch(l -> l.contains("/text_encoder"));
        assertThat(stages.getLast()).contains("\"stage\":\"all\",\"activation_pool_peak_bytes\":");
    }

    @Test
    void theReportIsATableForPeople() {
        assertThat(run("generate", "green fox", "--steps", "1", "--report", "-q", "-o", folder.toString())).isZero();
        assertThat(err.toString().lines()).anyMatch(l -> l.startsWith("memory in MB") && l.endsWith("resident"))
                .anyMatch(l -> l.startsWith("denoise ")).anyMatch(l -> l.startsWith("peak of"));
    }

    @Test
    void quietPrintsNothing() {
        assertThat(run("generate", "green fox", "--steps", "1", "-q", "-o", folder.toString())).isZero();
        assertThat(out.toString() + err).isEmpty();
        assertThat(folder.toFile().list()).singleElement().asString().matches("x2i-\\d+\\.png");
    }

    @Test
    void plainFluxDrawsFromAPictureAwayFromANegativePrompt() {
        Path start = folder.resolve("start.png");
        assertThat(run("generate", "green fox", "--steps", "1", "--seed", "5", "-q", "-o", start.toString())).as(err.toString()).isZero();
        int exit = run("generate", "red apple", "--flux", DemoBundle.unpack().resolve("flux").toString(), "--steps", "2", "--seed", "6",
                "--negative-prompt", "a fox", "--true-cfg", "2.5", "--init-image", start.toString(), "--strength", "0.5", "--json",
                "-o", folder.resolve("apple.png").toString());
        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString().lines().toList().getLast()).contains("\"negative_prompt\":\"a fox\"", "\"true_cfg_scale\":2.5",
                "\"strength\":0.5", "\"name\":\"start.png\"", "\"seed\":6");
    }

    @Test
    void anAnswerIsDrawnAndTold() {
        int exit = run("generate", "fox", "--answer", "--steps", "1", "--count", "2", "--seed", "8", "-o", folder.resolve("fox.png").toString());
        assertThat(exit).as(err.toString()).isZero();
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("answer: ", "fox-1.png", "seed 8", "fox-2.png", "seed 9");
    }

    @Test
    void promptAndAnswerCanBeDrawnTogetherAndTheAnswerFollowTheReferencesPads() throws IOException {
        assertThat(recipe("both", "--hidden", "both", "--max-new-tokens", "5")).contains("\"drawn_from\":\"both\",\"max_new_tokens\":5",
                "\"answer_from_padded\":false");
        assertThat(recipe("padded", "--answer", "--answer-from-padded")).contains("\"drawn_from\":\"answer\",\"max_new_tokens\":128",
                "\"answer_from_padded\":true");
        assertThat(recipe("no", "--answer=false")).contains("\"drawn_from\":\"prompt\"");
    }

    @Test
    void anAnswerThatEndsAtOnceIsAWarning() {
        assertThat(run("generate", "fox", "--answer", "--max-new-tokens", "1", "--steps", "1", "-q", "-o", folder.toString())).isZero();
        assertThat(err.toString()).contains("x2i: warning: ").contains("ended its answer at once");
    }

    @Test
    void filesOfAFolderAreCalledAfterWhatIsShown() {
        Path start = folder.resolve("sea moon.png");
        assertThat(run("generate", "green fox", "--steps", "1", "-q", "-o", start.toString())).isZero();
        assertThat(run("generate", "--image", start.toString(), "--seed", "5", "--steps", "1", "-q", "-o", folder.toString())).as(err.toString())
                .isZero();
        assertThat(folder.resolve("sea moon-5.png")).exists();
    }

    @Test
    void placeholdersInThePromptAreTextUnlessTheyAreToBeInterpreted() {
        Path start = folder.resolve("start.png");
        assertThat(run("generate", "green fox", "--steps", "1", "-q", "-o", start.toString())).isZero();
        String[] args = {"generate", "a <|image_pad|> fox", "--image", start.toString(), "--steps", "1", "-q", "-o", start.toString(),
            "--placeholders", "interpret"};
        assertThat(run(args)).isEqualTo(2);
        assertThat(err.toString()).contains("placeholders of pictures of its own (1)").contains("--placeholders neutralise");
        args[10] = "neutralise";
        assertThat(run(args)).isZero();
    }

    @Test
    void tooManyPicturesAreToldWithTheirTokensAndTheOptionThatHelps() {
        Path start = folder.resolve("start.png");
        assertThat(run("generate", "green fox", "--steps", "1", "-q", "-o", start.toString())).isZero();
        List<String> args = new ArrayList<>(List.of("generate", "fox", "--steps", "1", "-q", "-o", folder.toString()));
        for (int i = 0; i < 3; i++) {
            args.addAll(List.of("--image", start.toString()));
        }
        assertThat(run(args.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains("room for 64, which would cut 3 pictures of 27 tokens; give fewer or smaller pictures")
                .containsPattern("--max-length \\d+\\)");
        args.addAll(List.of("--max-length", "120"));
        assertThat(run(args.toArray(String[]::new))).as(err.toString()).isZero();
    }

    @Test
    void inspectTellsWhatWeightsHoldAndWhatIsMissing() throws IOException {
        Path bundle = DemoBundle.unpack();
        assertThat(run("inspect", bundle.toString())).isZero();
        assertThat(out.toString().lines()).hasSizeLessThanOrEqualTo(10);
        assertThat(out.toString()).contains("an X2I bundle", "x2i generate", "missing  nothing").doesNotContain("transformer_blocks");
        assertThat(run("inspect", "--all", bundle.toString())).isZero();
        assertThat(out.toString()).contains("x2i-demo", "transformer_blocks");

        Path copy = Files.createDirectories(folder.resolve("text_encoder"));
        Files.copy(bundle.resolve("flux/text_encoder/config.json"), copy.resolve("config.json"));
        assertThat(run("inspect", copy.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("no weights");
    }

    @Test
    void inspectTellsTheRecipeOfAPicture() throws IOException {
        Path picture = folder.resolve("fox.png");
        assertThat(run("generate", "green fox", "--steps", "1", "--seed", "5", "-q", "-o", picture.toString())).isZero();
        assertThat(run("inspect", picture.toString())).isZero();
        assertThat(out.toString()).contains("\"prompt\" : \"green fox\"", "\"seed\" : 5");

        Path other = Files.write(folder.resolve("other.png"), PngWriter.encode(new RgbImage(1, 1, new byte[3]), Map.of()));
        assertThat(run("inspect", other.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("other.png holds no recipe");
    }
}
