package io.github.x2i4j.loader.weights;

import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens weight files and folders of them. */
public final class Checkpoints {
    private static final List<String> SINGLE = List.of("model.safetensors", "diffusion_pytorch_model.safetensors");

    private Checkpoints() {
    }

    /**
     * Opens a weight file, or a folder with one ({@code model.safetensors}, {@code diffusion_pytorch_model.safetensors}) or with an
     * index of several ({@code *.safetensors.index.json}). Nothing is read but headers.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if there is nothing to open or the files are damaged
     */
    public static Checkpoint open(Path fileOrFolder) {
        if (!Files.isDirectory(fileOrFolder)) {
            return openFile(fileOrFolder, fileOrFolder);
        }
        for (String name : SINGLE) {
            if (Files.exists(fileOrFolder.resolve(name))) {
                return openFile(fileOrFolder, fileOrFolder.resolve(name));
            }
        }
        for (String name : SINGLE) {
            Path index = fileOrFolder.resolve(name + ".index.json");
            if (Files.exists(index)) {
                return ShardIndex.read(index).open(fileOrFolder);
            }
        }
        throw InputFiles.wrong(fileOrFolder, "holds no weights, expected " + String.join(" or ", SINGLE) + ", or its .index.json");
    }

    /** The root binder of a checkpoint, names as stored. */
    public static Weights bind(Checkpoint checkpoint) {
        return bind(checkpoint, NameMap.IDENTITY);
    }

    /** The root binder of a checkpoint whose stored names are a dialect of the names that the model uses. */
    public static Weights bind(Checkpoint checkpoint, NameMap names) {
        return BoundWeights.root(checkpoint, names);
    }

    private static Checkpoint openFile(Path path, Path file) {
        MappedCheckpoint checkpoint = new MappedCheckpoint(path);
        try {
            addSafetensors(checkpoint, file);
            return checkpoint;
        } catch (Throwable t) {
            checkpoint.close();
            throw t;
        }
    }

    static SafetensorsHeader addSafetensors(MappedCheckpoint checkpoint, Path file) {
        try (FileChannel channel = InputFiles.open(file)) {
            SafetensorsHeader header = SafetensorsHeader.read(file, channel);
            checkpoint.map(file, channel);
            checkpoint.add(header.tensors(), header.metadata());
            return header;
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }
}
