package io.github.x2i4j.loader.weights;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.json.StrictJson;
import io.github.x2i4j.loader.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A {@code *.safetensors.index.json}: which file holds which tensor.
 *
 * @param file the index
 * @param weightMap file name, relative to the index, of each tensor
 * @param totalSize what the index says of the bytes of all tensors, or -1; not to be relied on
 */
public record ShardIndex(Path file, SortedMap<String, String> weightMap, long totalSize) {
    private static final int MAX_BYTES = 32 << 20;

    /**
     * Reads an index without looking at the files it names.
     *
     * @throws InvalidInputException if it is no such index
     */
    public static ShardIndex read(Path file) {
        JsonNode root = StrictJson.object(file, MAX_BYTES);
        JsonNode map = root.get("weight_map");
        if (map == null || !map.isObject()) {
            throw InputFiles.wrong(file, "field weight_map is " + (map == null ? "missing" : "no object"));
        }
        TreeMap<String, String> weightMap = new TreeMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> i = map.fields(); i.hasNext();) {
            Map.Entry<String, JsonNode> e = i.next();
            if (!e.getValue().isTextual()) {
                throw InputFiles.wrong(file, "weight_map names no file for tensor " + InputFiles.shown(e.getKey()));
            }
            weightMap.put(e.getKey(), e.getValue().textValue());
        }
        JsonNode total = root.path("metadata").path("total_size");
        return new ShardIndex(file, weightMap, total.canConvertToLong() && total.isIntegralNumber() ? total.longValue() : -1);
    }

    /** Opens every file that the index names and checks that each tensor is in the file that it should be in, and nowhere else. */
    Checkpoint open(Path folder) {
        if (weightMap.isEmpty()) {
            throw InputFiles.wrong(file, "weight_map is empty");
        }
        MappedCheckpoint checkpoint = new MappedCheckpoint(folder);
        try {
            Map<String, String> foundIn = new HashMap<>();
            for (String shard : new TreeSet<>(weightMap.values())) {
                SafetensorsHeader header = Checkpoints.addSafetensors(checkpoint, resolve(shard));
                for (String tensor : header.tensors().keySet()) {
                    String other = foundIn.put(tensor, shard);
                    if (other != null) {
                        throw wrong("tensor " + InputFiles.shown(tensor) + " is both in " + InputFiles.shown(other) + " and in "
                                + InputFiles.shown(shard));
                    }
                }
            }
            weightMap.forEach((tensor, shard) -> {
                String found = foundIn.get(tensor);
                if (!shard.equals(found)) {
                    throw wrong("tensor " + InputFiles.shown(tensor) + " should be in " + InputFiles.shown(shard)
                            + (found == null ? ", but is in none of the files" : ", but is in " + InputFiles.shown(found)));
                }
            });
            return checkpoint;
        } catch (Throwable t) {
            checkpoint.close();
            throw t;
        }
    }

    /**
     * The file of a shard, which must lie in the folder of the index.
     *
     * @throws InvalidInputException if it is missing or lies elsewhere
     */
    public Path resolve(String shard) {
        Path folder = file.toAbsolutePath().getParent();
        Path relative;
        try {
            relative = Path.of(shard);
        } catch (InvalidPathException e) {
            throw wrong("names the file " + InputFiles.shown(shard) + ", which is no file name");
        }
        boolean leaves = relative.isAbsolute() || shard.isBlank();
        for (Path part : relative) {
            leaves |= part.toString().equals("..");
        }
        if (leaves) {
            throw wrong("names the file " + InputFiles.shown(shard) + ", expected a file inside the folder");
        }
        Path path = file.resolveSibling(relative);
        if (!Files.exists(path)) {
            throw wrong("names the file " + InputFiles.shown(shard) + ", which is missing");
        }
        try {
            Path real = path.toRealPath();
            Path home = folder.toRealPath();
            if (!real.startsWith(home) && !isHubBlob(real, home)) {
                throw wrong("names the file " + InputFiles.shown(shard) + ", a link that leads out of the folder to " + real
                        + "; put the file itself there");
            }
        } catch (IOException e) {
            throw InputFiles.unreadable(path, e);
        }
        return path;
    }

    /** The cache of the Hugging Face hub: {@code snapshots/REVISION/FILE} are links to {@code blobs/HASH} beside {@code snapshots}. */
    private static boolean isHubBlob(Path real, Path folder) {
        for (Path up = folder; up != null && up.getParent() != null; up = up.getParent()) {
            if (up.getFileName().toString().equals("snapshots")) {
                return real.startsWith(up.resolveSibling("blobs"));
            }
        }
        return false;
    }

    private InvalidInputException wrong(String problem) {
        return InputFiles.wrong(file, problem);
    }
}
