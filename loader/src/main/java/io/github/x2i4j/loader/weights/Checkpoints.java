package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.gguf.GgufHeader;
import io.github.x2i4j.loader.gguf.GgufValue;
import io.github.x2i4j.loader.safetensors.SafetensorsHeader;
import io.github.x2i4j.loader.torch.TorchFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Opens weight files and folders of them. */
public final class Checkpoints {
    private static final List<String> SINGLE = List.of("model.safetensors", "diffusion_pytorch_model.safetensors");
    private static final String INDEX = ".index.json";
    private static final List<String> TORCH = List.of("pytorch_model.bin", "diffusion_pytorch_model.bin");
    private static final String GGUF = ".gguf";
    /** In the name of a GGUF file with a vision tower. */
    private static final String VISION = "mmproj";

    private Checkpoints() {
    }

    /**
     * Opens a weight file (safetensors, GGUF or PyTorch), or a folder with one ({@code model.safetensors},
     * {@code diffusion_pytorch_model.safetensors}, {@code pytorch_model.bin}, {@code diffusion_pytorch_model.bin}, or GGUF beside a
     * config.json) or with an index of several ({@code *.safetensors.index.json}). Nothing is read but headers.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if there is nothing to open or the files are damaged
     */
    public static Checkpoint open(Path fileOrFolder) {
        if (!Files.isDirectory(fileOrFolder)) {
            return openFiles(fileOrFolder, List.of(fileOrFolder));
        }
        Path weights = weightsIn(fileOrFolder);
        if (weights == null) {
            throw noneFound(fileOrFolder);
        }
        if (isIndex(weights)) {
            return ShardIndex.read(weights).open(fileOrFolder);
        }
        List<Path> ggufs = weights.getFileName().toString().endsWith(GGUF) ? ggufs(fileOrFolder) : List.of(weights);
        return openFiles(fileOrFolder, ggufs);
    }

    /**
     * The GGUF files that make up the model of a folder: one, and perhaps the vision tower that llama.cpp keeps in a file of its own.
     *
     * @throws InvalidInputException if there are several to choose from
     */
    private static List<Path> ggufs(Path folder) {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> f.getFileName().toString().endsWith(GGUF)).sorted().toList();
        } catch (IOException e) {
            throw InputFiles.unreadable(folder, e);
        }
        List<Path> vision = files.stream().filter(f -> f.getFileName().toString().contains(VISION)).toList();
        if (vision.size() > 1 || files.size() - vision.size() > 1) {
            throw InputFiles.wrong(folder, "holds several GGUF files to choose from ("
                    + String.join(", ", files.stream().map(f -> f.getFileName().toString()).toList()) + "); leave one there, and one "
                    + VISION + " file at most");
        }
        return files;
    }

    /**
     * The weight file or index that stands for a folder's weights, or null if there is none. GGUF files beside a config.json may have any
     * name.
     *
     * @throws InvalidInputException if there are several to choose from
     */
    public static Path weightsIn(Path folder) {
        Path usual = Stream.of(SINGLE.stream(), SINGLE.stream().map(n -> n + INDEX), TORCH.stream()).flatMap(n -> n).map(folder::resolve)
                .filter(Files::exists).findFirst().orElse(null);
        // other weights than those of a model lie about in folders without configuration
        return usual != null || !Files.exists(folder.resolve("config.json")) ? usual : ggufs(folder).stream().findFirst().orElse(null);
    }

    /** True if a file's name is that of an index of several weight files. */
    public static boolean isIndex(Path file) {
        return file.getFileName().toString().endsWith(INDEX);
    }

    private static InvalidInputException noneFound(Path folder) {
        List<String> others;
        try (Stream<Path> files = Files.list(folder)) {
            others = files.map(f -> f.getFileName().toString()).filter(n -> n.matches(".*\\.(safetensors|bin|pt|pth|gguf)")).sorted().limit(5).toList();
        } catch (IOException e) {
            throw InputFiles.unreadable(folder, e);
        }
        return InputFiles.wrong(folder, "holds no weights under the usual names (" + String.join(", ", SINGLE) + ", either with " + INDEX + ", "
                + String.join(", ", TORCH) + ")" + (others.isEmpty() ? "" : "; name one of its files instead: " + String.join(", ", others)));
    }

    /** The root binder of a checkpoint, names as stored but for the {@code module.} of data-parallel wrappers. */
    public static Weights bind(Checkpoint checkpoint) {
        return bind(checkpoint, NameMap.UNWRAPPED);
    }

    /** The root binder of a checkpoint whose stored names are a dialect of the names that the model uses. */
    public static Weights bind(Checkpoint checkpoint, NameMap names) {
        return BoundWeights.root(checkpoint, names);
    }

    private static Checkpoint openFiles(Path path, List<Path> files) {
        MappedCheckpoint checkpoint = new MappedCheckpoint(path);
        try {
            for (Path file : files) {
                switch (FileKind.of(file)) {
                    case TORCH_ZIP -> addTorch(checkpoint, file, true);
                    case TORCH_LEGACY -> addTorch(checkpoint, file, false);
                    case SAFETENSORS -> addSafetensors(checkpoint, file);
                    case GGUF -> addGguf(checkpoint, file);
                }
            }
            return checkpoint;
        } catch (Throwable t) {
            checkpoint.close();
            throw t;
        }
    }

    private static void addTorch(MappedCheckpoint checkpoint, Path file, boolean zip) {
        try (FileChannel channel = InputFiles.open(file)) {
            MemorySegment bytes = checkpoint.map(file, channel);
            TorchFile torch = checkpoint.parse(file, () -> TorchFile.read(file, bytes, zip));
            checkpoint.addStrided(file, torch.tensors(), torch.metadata());
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }

    private static void addGguf(MappedCheckpoint checkpoint, Path file) {
        try (FileChannel channel = InputFiles.open(file)) {
            GgufHeader header = GgufHeader.read(file, channel);
            if (header.metadata().get("split.count") instanceof GgufValue.Whole n && n.value() > 1) {
                throw new UnsupportedFeatureException(file + ": is one of " + n.value() + " pieces of a GGUF model; put them together with "
                        + "gguf-split --merge");
            }
            checkpoint.map(file, channel);
            SortedMap<String, String> metadata = new TreeMap<>();
            header.metadata().forEach((key, value) -> metadata.put(key, value.shown()));
            checkpoint.add(header.tensors(), metadata);
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }

    static SafetensorsHeader addSafetensors(MappedCheckpoint checkpoint, Path file) {
        try (FileChannel channel = InputFiles.open(file)) {
            SafetensorsHeader header = SafetensorsHeader.read(file, channel);
            checkpoint.map(file, channel);
            checkpoint.add(StoredBlocks.resolve(file, header.tensors(), header.metadata()), header.metadata());
            return header;
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }
}
