package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.X2iResult;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library on the demo bundle, with pictures as small and steps as few as they can be. */
class X2iTest {
    private static Engine engine;
    private static X2i x2i;

    @BeforeAll
    static void open() {
        engine = Engine.open(EngineOptions.DEFAULT);
        x2i = X2i.open(Bundle.open(DemoBundle.unpack()), engine, false);
    }

    @AfterAll
    static void close() {
        x2i.close();
        engine.close();
    }

    private static X2iRequest.Builder request(String text) {
        return X2iRequest.builder().text(text).size(32, 16).steps(1).seed(7);
    }

    private static byte[] pixels(X2iResult result) {
        return result.pictures().getFirst().image().rgb();
    }

    private static byte[] draw(X2iRequest.Builder request) {
        return pixels(x2i.generate(request.build(), Progress.NONE));
    }

    @Test
    void theSameSeedDrawsTheSameAndAnotherSomethingElse() {
        byte[] first = draw(request("fox"));
        assertThat(first).hasSize(3 * 32 * 16);
        assertThat(draw(request("fox"))).containsExactly(first);
        assertThat(draw(request("fox").seed(8))).isNotEqualTo(first);
        assertThat(draw(request("red apple"))).isNotEqualTo(first);
    }

    @Test
    void severalPicturesCountTheSeedUpAndArriveAsTheyAreFinished() {
        List<X2iPicture> arrived = new ArrayList<>();
        X2iResult both = x2i.generate(request("fox").count(2).build(), Progress.NONE, arrived::add);
        assertThat(arrived).isEqualTo(both.pictures()).hasSize(2);
        assertThat(arrived.get(1).recipe().drawing().seed()).isEqualTo(8);
        assertThat(arrived.get(1).image().rgb()).containsExactly(draw(request("fox").seed(8)));
    }

    @Test
    void aSeedThatIsNotGivenIsReportedAndDrawsThePictureAgain() {
        X2iRequest seedless = X2iRequest.builder().text("fox").size(32, 16).steps(1).build();
        X2iPicture random = x2i.generate(seedless, Progress.NONE).pictures().getFirst();
        assertThat(draw(request("fox").seed(random.recipe().drawing().seed()))).containsExactly(random.image().rgb());
    }

    @Test
    void weightsThatStayOpenDrawTheSame() {
        try (X2i kept = X2i.open(x2i.bundle(), engine, true)) {
            byte[] expected = draw(request("fox"));
            assertThat(pixels(kept.generate(request("fox").build(), Progress.NONE))).containsExactly(expected);
            assertThat(pixels(kept.generate(request("fox").build(), Progress.NONE))).containsExactly(expected);
        }
    }

    @Test
    void partsWithoutABundleDrawWithTheScriptsPrompt() {
        Bundle b = x2i.bundle();
        try (X2i parts = X2i.open(Bundle.of(b.mllm(), b.alignnet(), b.flux()), engine, false)) {
            X2iResult r = parts.generate(request("fox").build(), Progress.NONE);
            assertThat(r.pictures().getFirst().recipe().reading().options().maxLength()).isEqualTo(512);
        }
    }

    @Test
    void threadsGetWhatTheyWouldGetAlone() throws Exception {
        List<String> texts = List.of("fox", "red apple", "green bird");
        List<byte[]> alone = texts.stream().map(t -> draw(request(t))).toList();
        try (ExecutorService pool = Executors.newFixedThreadPool(texts.size())) {
            List<Future<byte[]>> all = texts.stream().map(t -> pool.submit(() -> draw(request(t)))).toList();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(all.get(i).get()).as(texts.get(i)).containsExactly(alone.get(i));
            }
        }
    }

    @Test
    void cancellingEndsTheWorkAndTheNextRequestIsServed() {
        List<String> stages = new ArrayList<>();
        Progress cancelWhileDenoising = new Progress() {
            @Override
            public void stage(String name, int steps) {
                stages.add(name);
            }

            @Override
            public boolean cancelled() {
                return stages.contains("denoise");
            }
        };
        assertThatThrownBy(() -> x2i.generate(request("fox").build(), cancelWhileDenoising)).isInstanceOf(CancelledException.class);
        assertThat(stages).last().isEqualTo("denoise");
        assertThat(draw(request("fox"))).isNotEmpty();
    }

    @Test
    void aRequestThatWaitsForItsTurnCanBeCancelled() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Progress holdsTheTurn = new Progress() {
            @Override
            public void stage(String name, int steps) {
                running.countDown();
                try {
                    cancelled.await();
                } catch (InterruptedException e) {
                    throw new CancelledException();
                }
            }
        };
        Progress impatient = new Progress() {
            @Override
            public boolean cancelled() {
                return true;
            }
        };
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<byte[]> first = pool.submit(() -> pixels(x2i.generate(request("fox").build(), holdsTheTurn)));
            running.await();
            assertThatThrownBy(() -> x2i.generate(request("fox").build(), impatient)).isInstanceOf(CancelledException.class);
            cancelled.countDown();
            assertThat(first.get()).isNotEmpty();
        }
    }

    @Test
    void anAnswerIsReportedAndDrawnFrom() {
        X2iResult answered = x2i.generate(request("fox").drawFrom(HiddenRows.ANSWER).maxNewTokens(8).build(), Progress.NONE);
        assertThat(answered.answer()).isNotBlank();
        assertThat(answered.pictures().getFirst().recipe().reading().answer()).isEqualTo(answered.answer());
        assertThat(pixels(answered)).isNotEqualTo(draw(request("fox")));
        X2iResult both = x2i.generate(request("fox").drawFrom(HiddenRows.BOTH).maxNewTokens(8).build(), Progress.NONE);
        assertThat(pixels(both)).isNotEqualTo(pixels(answered));
        assertThat(x2i.generate(request("fox").build(), Progress.NONE).answer()).isNull();
    }

    @Test
    void anAnswerThatEndsAtOnceLeavesThePromptWithAWarning() {
        X2iResult r = x2i.generate(request("fox").drawFrom(HiddenRows.ANSWER).maxNewTokens(1).build(), Progress.NONE);
        assertThat(r.warnings()).singleElement().asString().contains("answer");
        assertThat(pixels(r)).containsExactly(draw(request("fox")));
    }

    @Test
    void textThatIsCutIsAWarning() {
        List<String> told = new ArrayList<>();
        Progress p = new Progress() {
            @Override
            public void warning(String message) {
                told.add(message);
            }
        };
        X2iResult r = x2i.generate(request("fox ".repeat(100)).build(), p);
        assertThat(r.warnings()).singleElement().asString().contains("cut");
        assertThat(told).isEqualTo(r.warnings());
    }

    @Test
    void picturesThatDoNotFitArePlainlyRefused() {
        RgbImage grey = new RgbImage(8, 8, new byte[3 * 64]);
        X2iRequest.Builder many = request("fox");
        for (int i = 0; i < 4; i++) {
            many.image("grey", grey);
        }
        assertThatThrownBy(() -> draw(many)).isInstanceOf(InvalidInputException.class).hasMessageContaining("picture");
    }

    @Test
    void whatTheUserTypesIsTextUnlessTheReferenceIsToBeReproduced() {
        RgbImage grey = new RgbImage(8, 8, new byte[3 * 64]);
        assertThat(draw(request("a <|image_pad|> fox").image("grey", grey))).isNotEmpty();
        assertThatThrownBy(() -> draw(request("a <|image_pad|> fox").image("grey", grey).asReference()))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("placeholder");
    }

    @Test
    void sizesAreMultiplesOf16UnlessTheReferenceIsToBeReproduced() {
        assertThatThrownBy(() -> draw(request("fox").size(40, 16))).isInstanceOf(InvalidInputException.class).hasMessageContaining("40");
        X2iResult r = x2i.generate(request("fox").size(40, 31).asReference().build(), Progress.NONE);
        assertThat(r.pictures().getFirst().image().width()).isEqualTo(32);
        assertThat(r.pictures().getFirst().recipe().drawing().height()).isEqualTo(16);
    }

    @Test
    void aRequestMayPadItsPromptOtherwise() {
        X2iResult bare = x2i.generate(request("fox").prompt(x2i.bundle().prompt().withPadding(Padding.NONE)).build(), Progress.NONE);
        assertThat(bare.pictures().getFirst().recipe().reading().options().padding()).isEqualTo(Padding.NONE);
        assertThat(pixels(bare)).isNotEqualTo(draw(request("fox")));
    }

    @Test
    void nothingIsDrawnAfterTheEnd() {
        X2i other = X2i.open(x2i.bundle(), engine, true);
        other.close();
        assertThatThrownBy(() -> other.generate("fox")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void weightsThatDoNotFitAreToldBeforeAnythingIsRead(@TempDir Path temp) throws IOException {
        Bundle b = x2i.bundle();
        Path flux = copy(b.flux(), temp.resolve("flux"));
        Path config = flux.resolve("vae/config.json");
        Files.writeString(config, Files.readString(config).replace("\"layers_per_block\": 1", "\"layers_per_block\": 2"));
        List<String> stages = new ArrayList<>();
        Progress p = new Progress() {
            @Override
            public void stage(String name, int steps) {
                stages.add(name);
            }
        };
        try (X2i broken = X2i.open(Bundle.of(b.mllm(), b.alignnet(), flux), engine, false)) {
            assertThatThrownBy(() -> broken.generate(request("fox").build(), p)).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("missing").hasMessageContaining("decoder.up_blocks.0.resnets.2.conv1.weight");
        }
        assertThat(stages).isEmpty();
    }

    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.write(target, Files.readAllBytes(path));
                }
            }
        }
        return to;
    }
}
