package io.github.x2i4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.model.nn.BlockHook.Place;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisplayTest {
    private final StringWriter text = new StringWriter();

    @Test
    void linesTellStepsAndStages() {
        run(new ProgressLines(new PrintWriter(text)));
        assertThat(text.toString().replaceAll("[0-9]+\\.[0-9]", "T").lines())
                .containsExactly("text: T s", "denoise 1/2: T s", "denoise 2/2: T s", "decode: T s");
    }

    @Test
    void barsFillInOneLineAStage() {
        run(new ProgressBar(new PrintWriter(text)));
        List<String> lines = List.of(text.toString().split(System.lineSeparator()));
        // A carriage return starts the line again: what stands last is what stays.
        assertThat(lines).map(l -> l.substring(l.lastIndexOf('\r') + 1)).map(l -> l.replaceAll(" .*\\[#{40}].*", " full"))
                .containsExactly("text full", "denoise full", "decode full");
        assertThat(text.toString()).contains("1/2").contains("2/2").endsWith(System.lineSeparator());
    }

    @Test
    void blocksMoveTheBarWithinItsStep() throws InterruptedException {
        ProgressBar bar = new ProgressBar(new PrintWriter(text));
        bar.stage("denoise", 2);
        bar.block(new Place("double", 0, 1));
        Thread.sleep(60);
        bar.block(new Place("single", 0, 2));
        String drawn = text.toString();
        assertThat(drawn.substring(drawn.lastIndexOf('\r')).chars().filter(c -> c == '#').count()).isBetween(11L, 19L);
        bar.abort();
        assertThat(text.toString()).endsWith(System.lineSeparator());
    }

    @Test
    void videosMoveABarOfTheirOwn() {
        ProgressBar bar = new ProgressBar(new PrintWriter(text));
        bar.stage("read prompt", 0);
        bar.video(128, 256);
        bar.video(256, 256);
        String drawn = text.toString();
        assertThat(drawn.substring(drawn.lastIndexOf('\r') + 1)).startsWith("video ").contains("[" + "#".repeat(40) + "]")
                .contains("256/256").hasSizeLessThan(80);
        bar.end();
        assertThat(text.toString().substring(text.toString().lastIndexOf('\r') + 1)).startsWith("read prompt");
    }

    @Test
    void linesTellOfAVideoOnlyWhenItIsDecodedUnlessThatTakesLong() {
        ProgressLines lines = new ProgressLines(new PrintWriter(text));
        lines.stage("read prompt", 0);
        lines.video(0, 256);
        lines.video(100, 256);
        lines.video(256, 256);
        assertThat(text.toString().lines()).singleElement().asString().startsWith("video 256/256: ");
    }

    @Test
    void programsAreToldOfEveryHundredthOfAVideo() {
        JsonLines lines = new JsonLines(new PrintWriter(text));
        for (int done = 0; done <= 1000; done++) {
            lines.video(done, 1000);
        }
        assertThat(text.toString().lines()).hasSize(101).first().asString()
                .isEqualTo("{\"event\":\"video\",\"packet\":0,\"packets\":1000}");
    }

    private static void run(Display display) {
        display.stage("text", 0);
        display.block(new Place("layers", 0, 4));
        display.stage("denoise", 2);
        display.step(1);
        display.step(2);
        display.stage("decode", 0);
        display.end();
    }
}
