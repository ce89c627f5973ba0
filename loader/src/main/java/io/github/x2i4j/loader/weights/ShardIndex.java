package io.github.x2i4j.loader.weights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.json.JsonStream;
import io.github.x2i4j.loader.safetensors.SafetensorsHeader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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
        try (JsonStream json = JsonStream.open(file, MAX_BYTES)) {
            Reader reader = new Reader(file, json);
            try {
                reader.index();
            } catch (IOException e) {
                throw json.broken(e);
            }
            if (reader.weightMap == null) {
                throw InputFiles.wrong(file, "field weight_map is missing");
            }
            return new ShardIndex(file, reader.weightMap, reader.totalSize);
        }
    }

    /** Walks through the JSON text once. */
    private static final class Reader {
        private final Path file;
        private final JsonStream json;
        private final JsonParser parser;
        private final Map<String, String> shards = new HashMap<>();
        private TreeMap<String, String> weightMap;
        private long totalSize = -1;

        Reader(Path file, JsonStream json) {
            this.file = file;
            this.json = json;
            this.parser = json.parser();
        }

        void index() throws IOException {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw wrong("the index is no JSON object");
            }
            Set<String> seen = new HashSet<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                boolean known = field.equals("weight_map") || field.equals("metadata");
                if (known && !seen.add(field)) {
                    throw wrong("field " + field + " stands twice");
                }
                JsonToken value = parser.nextToken();
                if (field.equals("weight_map")) {
                    weightMap();
                } else if (known && value == JsonToken.START_OBJECT) {
                    metadata();
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() != null) {
                throw wrong("the index goes on after its closing brace");
            }
        }

        private void weightMap() throws IOException {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw wrong("field weight_map is no object");
            }
            weightMap = new TreeMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String tensor = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw wrong("weight_map names no file for tensor " + InputFiles.shown(tensor));
                }
                if (weightMap.size() == SafetensorsHeader.MAX_ENTRIES) {
                    throw wrong("weight_map names more than " + SafetensorsHeader.MAX_ENTRIES + " tensors");
                }
                if (weightMap.put(tensor, shards.computeIfAbsent(parser.getText(), s -> s)) != null) {
                    throw wrong("tensor " + InputFiles.shown(tensor) + " stands twice in weight_map");
                }
            }
        }

        /** Of the metadata only the total is of interest, and where it is no number nothing depends on it. */
        private void metadata() throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean total = parser.currentName().equals("total_size");
                JsonToken value = parser.nextToken();
                if (total && value == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                    totalSize = parser.getLongValue();
                }
                parser.skipChildren();
            }
        }

        private InvalidInputException wrong(String problem) {
            return InputFiles.wrong(file, problem + " (byte " + json.byteAt(json.place()) + ")");
        }
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
