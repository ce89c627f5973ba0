package io.github.x2i4j.tests.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Coverage-guided fuzzing of every parser. The tests read the seeds, and whatever was found and mended, from the resources beside this
 * class; {@code ./x2i fuzz png 10m} searches on from there with one of them.
 */
class ParsersFuzzTest {
    private static final String LONG = "10m";

    static Parsers parsers;

    @BeforeAll
    static void open() throws IOException {
        parsers = new Parsers();
    }

    @AfterAll
    static void close() throws IOException {
        parsers.close();
    }

    @FuzzTest(maxDuration = LONG)
    void safetensors(byte[] file) {
        parsers.parse("safetensors", file);
    }

    @FuzzTest(maxDuration = LONG)
    void torchZip(byte[] file) {
        parsers.parse("torchZip", file);
    }

    @FuzzTest(maxDuration = LONG)
    void torchLegacy(byte[] file) {
        parsers.parse("torchLegacy", file);
    }

    @FuzzTest(maxDuration = LONG)
    void gguf(byte[] file) {
        parsers.parse("gguf", file);
    }

    @FuzzTest(maxDuration = LONG)
    void index(byte[] file) {
        parsers.parse("index", file);
    }

    @FuzzTest(maxDuration = LONG)
    void tokenizerJson(byte[] file) {
        parsers.parse("tokenizerJson", file);
    }

    @FuzzTest(maxDuration = LONG)
    void vocabAndMerges(byte[] file) {
        parsers.parse("vocabAndMerges", file);
    }

    @FuzzTest(maxDuration = LONG)
    void spiece(byte[] file) {
        parsers.parse("spiece", file);
    }

    @FuzzTest(maxDuration = LONG)
    void tokenizerSettings(byte[] file) {
        parsers.parse("tokenizerSettings", file);
    }

    @FuzzTest(maxDuration = LONG)
    void config(byte[] file) {
        parsers.parse("config", file);
    }

    @FuzzTest(maxDuration = LONG)
    void folderConfig(byte[] file) {
        parsers.parse("folderConfig", file);
    }

    @FuzzTest(maxDuration = LONG)
    void png(byte[] file) {
        parsers.parse("png", file);
    }

    @FuzzTest(maxDuration = LONG)
    void pngTexts(byte[] file) {
        parsers.parse("pngTexts", file);
    }

    @FuzzTest(maxDuration = LONG)
    void jpeg(byte[] file) {
        parsers.parse("jpeg", file);
    }

    @FuzzTest(maxDuration = LONG)
    void webp(byte[] file) {
        parsers.parse("webp", file);
    }

    @FuzzTest(maxDuration = LONG)
    void gif(byte[] file) {
        parsers.parse("gif", file);
    }

    @FuzzTest(maxDuration = LONG)
    void bmp(byte[] file) {
        parsers.parse("bmp", file);
    }

    @FuzzTest(maxDuration = LONG)
    void wav(byte[] file) {
        parsers.parse("wav", file);
    }

    @FuzzTest(maxDuration = LONG)
    void mp3(byte[] file) {
        parsers.parse("mp3", file);
    }

    @FuzzTest(maxDuration = LONG)
    void ogg(byte[] file) {
        parsers.parse("ogg", file);
    }

    @FuzzTest(maxDuration = LONG)
    void flac(byte[] file) {
        parsers.parse("flac", file);
    }

    @FuzzTest(maxDuration = LONG)
    void mp4(byte[] file) {
        parsers.parse("mp4", file);
    }

    @FuzzTest(maxDuration = LONG)
    void h264(byte[] file) {
        parsers.parse("h264", file);
    }

    /** Any of the parsers: the first byte picks it. */
    @MethodSource("everySeed")
    @FuzzTest(maxDuration = LONG)
    void any(byte[] file) {
        if (file.length > 0) {
            parsers.parse(parsers.names().get((file[0] & 0xFF) % parsers.names().size()), Arrays.copyOfRange(file, 1, file.length));
        }
    }

    static Stream<byte[]> everySeed() throws IOException, URISyntaxException {
        Path seeds = Path.of(ParsersFuzzTest.class.getResource("ParsersFuzzTestInputs").toURI());
        return parsers.names().stream().flatMap(name -> {
            try (Stream<Path> files = Files.list(seeds.resolve(name))) {
                return files.sorted().map(f -> picked(parsers.names().indexOf(name), f)).toList().stream();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static byte[] picked(int parser, Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            byte[] out = new byte[bytes.length + 1];
            out[0] = (byte) parser;
            System.arraycopy(bytes, 0, out, 1, bytes.length);
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
