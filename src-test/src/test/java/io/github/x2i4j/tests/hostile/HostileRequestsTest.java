package io.github.x2i4j.tests.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.ImageOptions;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.DrawOptions;
import io.github.x2i4j.model.pipeline.FluxPipeline;
import io.github.x2i4j.model.pipeline.FluxPrompt;
import io.github.x2i4j.model.pipeline.Progress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests made to fill memory or to take for ever. The heap is 256 MB. */
@Tag("hostile")
class HostileRequestsTest {
    private static final long MOST_SECONDS = 2;

    private static Engine engine;
    private static X2i x2i;

    @BeforeAll
    static void open() {
        engine = Engine.open(new EngineOptions(EngineOptions.KernelChoice.AUTO, 0, 1));
        x2i = X2i.open(Bundle.open(DemoBundle.unpack()), engine, false);
    }

    @AfterAll
    static void close() {
        x2i.close();
        engine.close();
    }

    private static X2iRequest.Builder request() {
        return X2iRequest.builder().text("a").seed(1).steps(1).size(32, 32);
    }

    private static void draw(X2iRequest.Builder request) {
        x2i.generate(request.build(), Progress.NONE);
    }

    static Stream<Arguments> longTexts() {
        return Stream.of("a", "ab ", "<|image_pad|>", "\u0301", "\uFDFA", "\n").map(s -> arguments(s));
    }

    @ParameterizedTest
    @MethodSource("longTexts")
    void aMillionCharactersAreCutOrRefusedSoon(String part) {
        String text = part.repeat(1_000_000 / part.length());
        assertThat(Watched.problem(MOST_SECONDS, null, () -> draw(request().text(text)))).isNull();
        assertThat(Watched.problem(MOST_SECONDS, null, () -> {
            try (var f = engine.scope()) {
                FluxPipeline.open(DemoBundle.unpack().resolve("flux")).generate(f, FluxPrompt.of(text.substring(0, 100_000)), DrawOptions.of(32, 32, 1, 0), Progress.NONE);
            }
        })).isNull();
    }

    @Test
    void textsOfMegabytesAreRefused() {
        String text = "word ".repeat(1_000_000);
        assertThatThrownBy(() -> draw(request().text(text))).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the text has 5000000 characters, at most 1000000 are read");
        assertThatThrownBy(() -> FluxPrompt.of(text)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("at most 100000 ");
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 5_000})
    void hundredsOfPicturesAreRefused(int count) {
        RgbImage dot = new RgbImage(1, 1, new byte[3]);
        X2iRequest.Builder request = request();
        for (int i = 0; i < count; i++) {
            request.image("dot", dot);
        }
        assertThat(Watched.problem(MOST_SECONDS, null, () -> assertThatThrownBy(() -> draw(request)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("pictures"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 15, 17, 16_400, Integer.MAX_VALUE})
    void sidesThatAreNoPicturesAreRefused(int side) {
        assertThatThrownBy(() -> draw(request().size(side, 32))).isInstanceOf(InvalidInputException.class).hasMessageContaining("width");
        assertThatThrownBy(() -> draw(request().size(32, side))).isInstanceOf(InvalidInputException.class).hasMessageContaining("height");
    }

    @Test
    void otherNumbersThatAreNoneAreRefused() {
        assertThatThrownBy(() -> draw(request().steps(0))).isInstanceOf(InvalidInputException.class).hasMessageContaining("steps");
        assertThatThrownBy(() -> draw(request().steps(Integer.MAX_VALUE))).isInstanceOf(InvalidInputException.class).hasMessageContaining("steps");
        assertThatThrownBy(() -> draw(request().count(Integer.MAX_VALUE))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> draw(request().count(0))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> draw(request().guidance(Double.NaN))).isInstanceOf(InvalidInputException.class).hasMessageContaining("guidance");
        assertThatThrownBy(() -> draw(request().guidance(Double.POSITIVE_INFINITY))).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void workThatHangsOrThrowsSomethingElseIsSeen() {
        AtomicBoolean stop = new AtomicBoolean();
        assertThat(Watched.problem(1, null, () -> {
            while (!stop.get()) {
                Thread.onSpinWait();
            }
        })).startsWith("still running after 1 s");
        stop.set(true);
        assertThat(Watched.problem(1, null, () -> {
            throw new IllegalStateException("odd");
        })).contains("IllegalStateException: odd");
        assertThat(Watched.problem(1, Path.of("file"), () -> {
            throw new InvalidInputException("nobody");
        })).contains("does not name file");
    }

    private static byte[] png(long width, long height, int depth, int colour, byte[] packed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(out, "IHDR", ByteBuffer.allocate(13).putInt((int) width).putInt((int) height).put((byte) depth).put((byte) colour).array());
        chunk(out, "IDAT", packed);
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
        byte[] body = ByteBuffer.allocate(4 + data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data).array();
        CRC32 crc = new CRC32();
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    private static byte[] zeros(long n) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
            byte[] block = new byte[1 << 16];
            for (long left = n; left > 0; left -= block.length) {
                deflater.write(block, 0, (int) Math.min(left, block.length));
            }
        }
        return out.toByteArray();
    }

    static Stream<Arguments> pictures() throws IOException {
        byte[] bomb = zeros(300_000_000);
        return Stream.of(
                arguments("the largest sides", png(0x7FFFFFFFL, 0x7FFFFFFFL, 8, 2, bomb), "exceeds the limit"),
                arguments("sides above the format's", png(0xFFFFFFFFL, 0xFFFFFFFFL, 8, 2, bomb), "picture"),
                arguments("a line", png(1 << 17, 1 << 17, 1, 0, bomb), "exceeds the limit"),
                arguments("more data than pixels", png(2, 2, 8, 2, bomb), null),
                arguments("a large one", png(10_000, 9_000, 8, 0, bomb), "exceeds the limit"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pictures")
    void picturesThatClaimMuchAreRefusedBeforeTheyAreUnpacked(String name, byte[] file, String said) {
        ImageOptions options = new ImageOptions(10_000_000, ImageOptions.Transparency.DROPPED);
        assertThat(Watched.problem(MOST_SECONDS, null, () -> {
            if (said == null) {
                ImageDecoder.decode(file, "picture", options);
            } else {
                assertThatThrownBy(() -> ImageDecoder.decode(file, "picture", options)).isExactlyInstanceOf(InvalidInputException.class)
                        .hasMessageContaining(said);
            }
        })).isNull();
    }
}
