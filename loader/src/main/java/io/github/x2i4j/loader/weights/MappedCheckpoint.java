package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Tensors that are views of mapped files. */
final class MappedCheckpoint implements Checkpoint {
    /** Copies of tensors that are not contiguous may take this many times the file's size. */
    private static final long MAX_UNFOLDING = 4;

    private final Path path;
    private final Arena arena = Arena.ofShared();
    private final TreeMap<String, TensorInfo> tensors = new TreeMap<>();
    private final TreeMap<String, String> metadata = new TreeMap<>();
    private final Map<Path, HostStorage> files = new HashMap<>();
    private final Map<String, StridedView> views = new HashMap<>();
    private final Map<String, HostStorage> copies = new ConcurrentHashMap<>();
    private final List<MappedFile> sources = new ArrayList<>();
    private final Queue<HostStorage> allocated = new ConcurrentLinkedQueue<>();

    MappedCheckpoint(Path path) {
        this.path = path;
    }

    /** Maps a whole file; it stays mapped until this checkpoint is closed. */
    MemorySegment map(Path file, FileChannel channel) {
        try {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            MappedFile source = new MappedFile(file, mapped.byteSize());
            sources.add(source);
            files.put(file, new HostStorage(mapped, source));
            return mapped;
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
    }

    /**
     * Adds the tensors of a mapped PyTorch file. Those that are not contiguous are copied when they are asked for.
     *
     * @throws InvalidInputException if the copies would be much larger than the file: a view can repeat one element without end
     */
    void addStrided(Path file, SortedMap<String, StridedView> more, SortedMap<String, String> moreMetadata) {
        long copied = 0;
        long most = MAX_UNFOLDING * files.get(file).byteSize();
        for (Map.Entry<String, StridedView> e : more.entrySet()) {
            StridedView v = e.getValue();
            boolean contiguous = v.contiguous();
            if (!contiguous) {
                views.put(e.getKey(), v);
                copied = v.bytes() > most ? Long.MAX_VALUE : copied + v.bytes();
            }
            if (copied > most) {
                throw InputFiles.wrong(file, "tensor " + InputFiles.shown(e.getKey()) + " with shape " + v.shape() + " and strides "
                        + java.util.Arrays.toString(v.strides()) + " unfolds to far more than the file holds; save contiguous tensors");
            }
            tensors.put(e.getKey(), new TensorInfo(e.getKey(), v.type().name(), v.shape(), file, contiguous ? v.offset() : -1, v.bytes()));
        }
        metadata.putAll(moreMetadata);
    }

    /** Adds tensors of a mapped file. */
    void add(SortedMap<String, TensorInfo> more, SortedMap<String, String> moreMetadata) {
        for (TensorInfo t : more.values()) {
            if (t.offset() + t.bytes() > files.get(t.file()).byteSize()) {
                throw InputFiles.wrong(t.file(), "became shorter while it was opened; wait until it is written and open it again");
            }
        }
        tensors.putAll(more);
        moreMetadata.forEach(metadata::putIfAbsent);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public SortedMap<String, TensorInfo> tensors() {
        return Collections.unmodifiableSortedMap(tensors);
    }

    @Override
    public SortedMap<String, String> metadata() {
        return Collections.unmodifiableSortedMap(metadata);
    }

    @Override
    public Tensor tensor(String name) {
        TensorInfo t = tensors.get(name);
        if (t == null) {
            throw new InvalidInputException(path + ": there is no tensor " + InputFiles.shown(name));
        }
        DType dtype = StoredType.valueOf(t.dtype()).dtype();
        if (dtype == null) {
            throw new UnsupportedFeatureException(t.file() + ": tensor " + InputFiles.shown(name) + " is stored as " + t.dtype()
                    + ", which this version cannot compute with; use a checkpoint in another type, such as BF16 or Q8_0");
        }
        HostStorage file = files.get(t.file());
        if (t.offset() >= 0) {
            return new Tensor(dtype, t.shape(), file, t.offset());
        }
        HostStorage gathered = copies.computeIfAbsent(name, n -> {
            HostStorage copy = allocate(t.bytes());
            return Mapped.reading(() -> {
                views.get(n).gather(file.segment(), copy.segment());
                return copy;
            }, whole(file));
        });
        return new Tensor(dtype, t.shape(), gathered, 0);
    }

    /** All bytes of a mapped file. */
    private static Tensor whole(HostStorage file) {
        return new Tensor(DType.U8, Shape.of(file.byteSize()), file, 0);
    }

    /** Reads the structure of a mapped file, which may be cut short meanwhile. */
    <T> T parse(Path file, Supplier<T> reader) {
        return Mapped.reading(reader, whole(files.get(file)));
    }

    @Override
    public HostStorage allocate(long bytes) {
        HostStorage storage = new HostStorage(arena.allocate(bytes, 64));
        allocated.add(storage);
        return storage;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            files.values().forEach(HostStorage::release);
            allocated.forEach(HostStorage::release);
            arena.close();
            sources.forEach(MappedFile::close);
        }
    }
}
