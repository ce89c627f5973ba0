package io.github.x2i4j.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.Mllm;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxPipeline;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.MllmFamilies;
import io.github.x2i4j.model.pipeline.Progress;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every number of every configuration replaced by absurd values, one at a time, and the system used as far as it goes: it works, or an
 * error names the file. The heap is 256 MB.
 */
@Tag("hostile")
class AbsurdConfigsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String[] VALUES = {"0", "-1", "2147483647", "1e308", "\"NaN\""};
    private static final RgbImage PICTURE = new RgbImage(30, 20, new byte[3 * 30 * 20]);
    private static final long MOST_SECONDS = 2;
    /** The demo system's Qwen. */
    private static final String DEMO = "demo";

    @TempDir
    Path temp;

    /** Uses a system as far as it goes. */
    private interface Use {
        void of(Path system, Engine engine);
    }

    static Stream<Arguments> files() {
        Use flux = AbsurdConfigsTest::drawWithFlux;
        Use internVl = (s, e) -> read("internvl2_5", s, e);
        Use qwen = (s, e) -> read("qwen2_5_vl", s, e);
        Use whole = AbsurdConfigsTest::drawWithBundle;
        return Stream.of(
                arguments("flux-tiny-schnell", "transformer/config.json", flux), arguments("flux-tiny-schnell", "vae/config.json", flux),
                arguments("flux-tiny-schnell", "text_encoder/config.json", flux), arguments("flux-tiny-schnell", "text_encoder_2/config.json", flux),
                arguments("flux-tiny-schnell", "scheduler/scheduler_config.json", flux),
                arguments("mllm-internvl2_5", "config.json", internVl), arguments("mllm-internvl2_5", "preprocessor_config.json", internVl),
                arguments(DEMO, "config.json", qwen), arguments(DEMO, "preprocessor_config.json", qwen),
                arguments("bundle-internvl2_5+mllm-internvl2_5", "bundle-internvl2_5/x2i.json", whole));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("files")
    void anAbsurdNumberIsRefusedOrHarmless(String models, String file, Use use) throws IOException, URISyntaxException {
        Path system = copyOf(models);
        String good = Files.readString(system.resolve(file));
        List<String> problems = new ArrayList<>();
        int tried = 0;
        try (Engine engine = Engine.open(new EngineOptions(EngineOptions.KernelChoice.SCALAR, 0, 1))) {
            use.of(system, engine); // as it is, it works
            for (String pointer : numbers(JSON.readTree(good), "")) {
                for (String value : VALUES) {
                    Files.delete(system.resolve(file));
                    Files.writeString(system.resolve(file), replaced(good, pointer, value));
                    String problem = Watched.problem(MOST_SECONDS, system, () -> use.of(system, engine));
                    if (problem != null) {
                        problems.add(pointer + " = " + value + ": " + problem);
                    }
                    tried++;
                }
            }
            assertThat(engine.memory().inUse()).isZero();
        }
        assertThat(tried).isPositive();
        assertThat(problems).isEmpty();
    }

    private static void drawWithFlux(Path system, Engine engine) {
        try (Scope f = engine.scope()) {
            FluxPipeline.open(system).generate(f, FluxPrompt.of("a"), DrawOptions.of(32, 32, 1, 3.5).withSeed(1), Progress.NONE);
        }
    }

    private static void read(String family, Path system, Engine engine) {
        try (Mllm mllm = MllmFamilies.of(family).open(system); Scope f = engine.scope()) {
            mllm.encode(f, new MllmPrompt("a", List.of(PICTURE)), PromptOptions.SCRIPT, null, BlockHook.NONE, _ -> { });
        }
    }

    private static void drawWithBundle(Path system, Engine engine) {
        try (X2i x2i = X2i.open(Bundle.open(system.resolve("bundle-internvl2_5")), engine, false)) {
            x2i.generate(X2iRequest.builder().text("a").seed(1).steps(1).size(32, 32).build(), Progress.NONE);
        }
    }

    /** Folders of the golden models, their files linked, in one folder; two are laid together, or side by side for a bundle. */
    private Path copyOf(String models) throws IOException, URISyntaxException {
        Path golden = Path.of(AbsurdConfigsTest.class.getResource("/golden/models").toURI());
        Path system = Files.createDirectory(temp.resolve("system"));
        for (String name : models.split("\\+")) {
            Path model = name.equals(DEMO) ? DemoBundle.unpack().resolve("mllm") : golden.resolve(name);
            Path to = models.startsWith("bundle") ? Files.createDirectory(system.resolve(name)) : system;
            try (Stream<Path> files = Files.walk(model)) {
                for (Path p : files.toList()) {
                    Path q = to.resolve(model.relativize(p).toString());
                    if (Files.isDirectory(p)) {
                        Files.createDirectories(q);
                    } else if (!Files.exists(q)) {
                        if (p.toString().endsWith(".json")) {
                            Files.copy(p, q);
                        } else {
                            Files.createSymbolicLink(q, p);
                        }
                    }
                }
            }
        }
        return system;
    }

    /** JSON pointers of all numbers; of lists the first and last. */
    private static List<String> numbers(JsonNode node, String at) {
        List<String> out = new ArrayList<>();
        if (node.isNumber()) {
            out.add(at);
        }
        node.properties().forEach(e -> out.addAll(numbers(e.getValue(), at + "/" + e.getKey())));
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i += Math.max(1, node.size() - 1)) {
                out.addAll(numbers(node.get(i), at + "/" + i));
            }
        }
        return out;
    }

    private static String replaced(String json, String pointer, String value) throws IOException {
        JsonNode root = JSON.readTree(json);
        JsonNode parent = root.at(pointer.substring(0, pointer.lastIndexOf('/')));
        String last = pointer.substring(pointer.lastIndexOf('/') + 1);
        JsonNode mark = JSON.getNodeFactory().textNode("@@@");
        if (parent instanceof ArrayNode a) {
            a.set(Integer.parseInt(last), mark);
        } else {
            ((ObjectNode) parent).set(last, mark);
        }
        return root.toString().replace("\"@@@\"", value);
    }
}
