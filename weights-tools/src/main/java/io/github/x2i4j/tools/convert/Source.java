package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.tools.read.TensorBytes;
import io.github.x2i4j.tools.write.OutputTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The tensors of one or several weight files or folders, as one. */
final class Source implements AutoCloseable {
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private final TreeMap<String, Checkpoint> owners = new TreeMap<>();
    private final TreeMap<String, String> metadata = new TreeMap<>();

    /**
     * Opens all of them.
     *
     * @throws InvalidInputException if one cannot be read, or two hold a tensor of the same name
     */
    static Source open(List<Path> paths) {
        Source source = new Source();
        try {
            for (Path path : paths) {
                Checkpoint c = Checkpoints.open(path);
                source.checkpoints.add(c);
                c.metadata().forEach(source.metadata::putIfAbsent);
                for (String name : c.tensors().keySet()) {
                    Checkpoint other = source.owners.put(name, c);
                    if (other != null) {
                        throw new InvalidInputException("tensor " + name + " is both in " + other.path() + " and in " + path
                                + "; leave one of them out");
                    }
                }
            }
            return source;
        } catch (Throwable t) {
            source.close();
            throw t;
        }
    }

    /** All tensors, by name. */
    Stream<TensorInfo> tensors() {
        return owners.entrySet().stream().map(e -> e.getValue().tensors().get(e.getKey()));
    }

    Checkpoint owner(String name) {
        return owners.get(name);
    }

    SortedMap<String, String> metadata() {
        return metadata;
    }

    /** The tensors as they are. */
    List<OutputTensor> copies() {
        return tensors().map(t -> new OutputTensor(t.name(), t.dtype(), t.shape(), t.bytes(),
                sink -> TensorBytes.copy(owner(t.name()), t, sink))).toList();
    }

    /** Files that are read, which must not be written. */
    List<Path> files() {
        return Stream.concat(tensors().map(TensorInfo::file), checkpoints.stream().map(Checkpoint::path)).distinct()
                .filter(Files::exists).toList();
    }

    @Override
    public void close() {
        checkpoints.forEach(Checkpoint::close);
    }
}
