package io.github.x2i4j.tests.fuzz;

import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.loader.tokenizer.Tokenizer;
import io.github.x2i4j.loader.tokenizer.TokenizerKind;
import io.github.x2i4j.loader.tokenizer.Tokenizers;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler;
import io.github.x2i4j.model.flux.FluxConfig;
import io.github.x2i4j.model.internvl.InternVlConfig;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.ImageOptions;
import io.github.x2i4j.model.media.PngTexts;
import io.github.x2i4j.model.media.audio.AudioDecoder;
import io.github.x2i4j.model.media.audio.AudioOptions;
import io.github.x2i4j.model.media.video.VideoFile;
import io.github.x2i4j.model.media.video.VideoOptions;
import io.github.x2i4j.model.minicpm.MiniCpmConfig;
import io.github.x2i4j.model.minicpm.MiniCpmImageProcessor;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.qwen.QwenImageProcessor;
import io.github.x2i4j.model.qwen.QwenVlConfig;
import io.github.x2i4j.model.text.ClipTextConfig;
import io.github.x2i4j.model.text.T5Config;
import io.github.x2i4j.model.vae.TinyConfig;
import io.github.x2i4j.model.vae.VaeConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Each parser as a function of the bytes of a file. It returns where they are well-formed and where they are refused by one of the
 * program's own errors that names the file; anything else is thrown on.
 */
final class Parsers implements AutoCloseable {
    private static final String TEXT = "A red apple, 3 of them \u00e9\u4f60\ud83d\ude00<|end|>\n";
    private static final ImageOptions SMALL_PICTURES = new ImageOptions(1 << 18, ImageOptions.Transparency.ON_WHITE);
    private static final VideoOptions SMALL_VIDEOS = new VideoOptions(1 << 16, 60, 64);
    private static final AudioOptions SHORT_SOUNDS = AudioOptions.DEFAULT.limit(2);
    private static final List<Consumer<Config>> CONFIGS = List.of(FluxConfig::of, VaeConfig::of, T5Config::of, ClipTextConfig::of,
            QwenVlConfig::read, InternVlConfig::read, MiniCpmConfig::read, FlowMatchEulerScheduler::of, TinyConfig::of);
    private static final Map<String, List<Consumer<Path>>> FOLDER_CONFIGS = Map.of(
            "preprocessor_config.json", List.of(QwenImageProcessor::read, MiniCpmImageProcessor::read),
            "generation_config.json", List.of(folder -> GenerationConfig.read(folder, Config.parse(folder.resolve("config.json"), "{}"))),
            "x2i.json", List.of(Bundle::open),
            "model_index.json", List.of(ModelKind::detect));

    /** Longer than that, and the input counts as one that hangs. */
    private static final long MOST_SECONDS = 10;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Path folder;
    private final Map<String, Consumer<byte[]>> byName = new TreeMap<>();

    Parsers() throws IOException {
        folder = Files.createTempDirectory("x2i4j-fuzz");
        byName.put("safetensors", b -> checkpoint("w.safetensors", b));
        byName.put("torchZip", b -> checkpoint("w.bin", b));
        byName.put("torchLegacy", b -> checkpoint("w.pt", b));
        byName.put("gguf", b -> checkpoint("w.gguf", b));
        byName.put("index", this::index);
        byName.put("tokenizerJson", b -> tokenizer("tokenizer.json", b));
        byName.put("vocabAndMerges", this::vocabAndMerges);
        byName.put("spiece", b -> tokenizer("spiece.model", b));
        byName.put("tokenizerSettings", this::tokenizerSettings);
        byName.put("config", this::config);
        byName.put("folderConfig", this::folderConfig);
        for (String format : List.of("png", "jpeg", "webp", "gif", "bmp")) {
            byName.put(format, b -> guarded("picture", () -> ImageDecoder.decode(b, "picture", SMALL_PICTURES)));
        }
        byName.put("pngTexts", b -> guarded("picture", () -> PngTexts.read(b, "picture")));
        for (String format : List.of("wav", "mp3", "ogg", "flac")) {
            byName.put(format, b -> guarded("sound", () -> AudioDecoder.decode(write("sound", b), SHORT_SOUNDS)));
        }
        byName.put("mp4", this::video);
        byName.put("h264", b -> video(new H264Stream(b).mp4()));
    }

    /** Names of all parsers. */
    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    void parse(String name, byte[] bytes) {
        long start = threads.getCurrentThreadCpuTime();
        byName.get(name).accept(bytes);
        long seconds = (threads.getCurrentThreadCpuTime() - start) / 1_000_000_000;
        if (seconds > MOST_SECONDS) {
            throw new AssertionError(bytes.length + " bytes took " + seconds + " s of the processor");
        }
    }

    private Path write(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void guarded(String names, Runnable work) {
        try {
            work.run();
        } catch (X2iException e) {
            if (!e.getMessage().contains(names) || e.getMessage().length() > 2000 || e.getMessage().contains("\n")) {
                throw new AssertionError("a message that does not name " + names + " or is no short line: " + e.getMessage(), e);
            }
        }
    }

    private void checkpoint(String name, byte[] bytes) {
        Path file = write(name, bytes);
        guarded(name, () -> read(file));
    }

    /** Opens weights and looks at every tensor's bytes. */
    private static void read(Path fileOrFolder) {
        try (Checkpoint c = Checkpoints.open(fileOrFolder)) {
            for (TensorInfo t : c.tensors().values()) {
                guarded(fileOrFolder.getFileName().toString(), () -> c.tensor(t.name()).segment().hashCode());
            }
        }
    }

    private void index(byte[] bytes) {
        Path model = folder.resolve("model");
        try {
            if (!Files.exists(model)) {
                Files.createDirectories(model.resolve("sub"));
                String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
                for (String shard : List.of("one.safetensors", "sub/two.safetensors")) {
                    Files.write(model.resolve(shard), ((char) header.length() + "\0\0\0\0\0\0\0" + header + "x").getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write("model/model.safetensors.index.json", bytes);
        guarded("model", () -> read(model));
    }

    private void tokenizer(String name, byte[] bytes) {
        Path file = write(name, bytes);
        for (TokenizerKind kind : name.endsWith(".model") ? List.of(TokenizerKind.T5) : List.of(TokenizerKind.BPE, TokenizerKind.T5)) {
            guarded(name, () -> use(() -> Tokenizers.load(file, kind)));
        }
    }

    /** The small files beside a tokenizer. */
    private void tokenizerSettings(byte[] bytes) {
        Path tokenizer = folder.resolve("tokenizer/tokenizer.json");
        try (InputStream in = Parsers.class.getResourceAsStream("ParsersFuzzTestInputs/tokenizerJson/bpe")) {
            if (!Files.exists(tokenizer)) {
                Files.createDirectories(tokenizer.getParent());
                Files.copy(in, tokenizer);
            }
            for (String name : List.of("tokenizer_config.json", "added_tokens.json")) {
                Path file = write("tokenizer/" + name, bytes);
                guarded("tokenizer", () -> use(() -> Tokenizers.load(tokenizer, TokenizerKind.BPE)));
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** vocab.json and merges.txt, with a zero byte between. */
    private void vocabAndMerges(byte[] bytes) {
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int zero = Math.max(0, all.indexOf('\0'));
        write("vocab.json", all.substring(0, zero).getBytes(StandardCharsets.ISO_8859_1));
        write("merges.txt", all.substring(Math.min(all.length(), zero + 1)).getBytes(StandardCharsets.ISO_8859_1));
        for (TokenizerKind kind : List.of(TokenizerKind.BPE, TokenizerKind.CLIP)) {
            guarded(folder.getFileName().toString(), () -> use(() -> Tokenizers.load(folder.resolve("vocab.json"), kind)));
        }
    }

    /** Encodes and decodes a text; where the text is the reason for an error, the file need not be named. */
    private static void use(java.util.function.Supplier<Tokenizer> open) {
        Tokenizer t = open.get();
        try {
            t.decode(t.encode(TEXT, true), false);
        } catch (X2iException e) {
            guarded("", () -> {
                throw e;
            });
        }
    }

    private void config(byte[] bytes) {
        Path file = write("config.json", bytes);
        for (Consumer<Config> read : CONFIGS) {
            guarded("config.json", () -> read.accept(Config.read(file)));
        }
    }

    private void folderConfig(byte[] bytes) {
        FOLDER_CONFIGS.forEach((name, readers) -> {
            Path in = folder.resolve("of-" + name);
            try {
                Files.createDirectories(in);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            write(in.getFileName() + "/" + name, bytes);
            readers.forEach(r -> guarded(name, () -> r.accept(in)));
        });
    }

    private void video(byte[] bytes) {
        Path file = write("clip.mp4", bytes);
        guarded("clip.mp4", () -> {
            VideoFile video = VideoFile.open(file, SMALL_VIDEOS);
            video.averageFps();
            int last = Math.min(video.totalFrames() - 1, 3);
            video.frames(last > 0 ? new int[] {0, last} : new int[] {0}, image -> image.width());
        });
    }

    @Override
    public void close() throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path p : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
