package io.github.x2i4j.loader.torch;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.torch.TorchObjects.Dict;
import io.github.x2i4j.loader.torch.TorchObjects.Storage;
import io.github.x2i4j.loader.torch.TorchObjects.StridedTensor;
import io.github.x2i4j.loader.weights.StoredType;
import io.github.x2i4j.loader.weights.StridedView;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A state dict as {@code torch.save} writes it: a zip file with a pickle (PyTorch 1.6 and later), or the legacy sequence of pickles.
 * The dictionary may stand under {@code state_dict} beside a {@code config}, as ComfyUI's files have it; the prefix {@code module.} of
 * data-parallel wrappers is dropped. Nothing in the file is executed, see {@link Unpickler}.
 *
 * @param tensors by name, all inside the file
 * @param metadata the scalars of {@code config}, named {@code config.KEY}
 */
public record TorchFile(SortedMap<String, StridedView> tensors, SortedMap<String, String> metadata) {
    private static final BigInteger LEGACY_MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final byte[] LEGACY_START = {(byte) 0x80, 2, (byte) 0x8a, 10, 0x6c, (byte) 0xfc, (byte) 0x9c, 0x46};
    private static final long LEGACY_VERSION = 1001;
    private static final String WRAPPER = "module.";

    /** True if a file that begins with these bytes is a zip file. */
    public static boolean isZip(byte[] start) {
        return start.length >= 4 && start[0] == 'P' && start[1] == 'K' && start[2] == 3 && start[3] == 4;
    }

    /** True if a file that begins with these bytes has the legacy format. */
    public static boolean isLegacy(byte[] start) {
        return start.length >= LEGACY_START.length
                && java.util.Arrays.equals(start, 0, LEGACY_START.length, LEGACY_START, 0, LEGACY_START.length);
    }

    /**
     * Reads a mapped file whose kind was told by {@link #isZip} or {@link #isLegacy}.
     *
     * @throws InvalidInputException if it is damaged or is more than a state dict
     * @throws UnsupportedFeatureException if it is compressed or big endian
     */
    public static TorchFile read(Path file, MemorySegment bytes, boolean zip) {
        Reader reader = new Reader(file, bytes);
        return zip ? reader.zip() : reader.legacy();
    }

    /** Where the bytes of a storage lie in the file. */
    private record Place(long offset, long size) {
    }

    private static final class Reader {
        private final Path file;
        private final MemorySegment bytes;
        private final Map<String, Place> places = new HashMap<>();
        private final TreeMap<String, StridedView> tensors = new TreeMap<>();
        private final TreeMap<String, String> metadata = new TreeMap<>();

        Reader(Path file, MemorySegment bytes) {
            this.file = file;
            this.bytes = bytes;
        }

        TorchFile zip() {
            Map<String, ZipDirectory.Entry> entries = ZipDirectory.read(file, bytes).entries();
            List<String> pickles = entries.keySet().stream().filter(Reader::isTopPickle).toList();
            if (pickles.size() != 1) {
                throw InputFiles.wrong(file, "this zip file holds " + (pickles.isEmpty() ? "no" : "more than one")
                        + " data.pkl, expected a file written by torch.save");
            }
            String top = pickles.getFirst().substring(0, pickles.getFirst().length() - "data.pkl".length());
            if (entries.containsKey(top + "constants.pkl")) {
                throw InputFiles.wrong(file, "this is a TorchScript program, expected a state dict: save model.state_dict(), or convert it to safetensors");
            }
            ZipDirectory.Entry order = entries.get(top + "byteorder");
            if (order != null && !text(order).strip().equals("little")) {
                throw new UnsupportedFeatureException(file + ": was saved on a big-endian machine; save it again on a little-endian one");
            }
            String data = top + "data/";
            entries.forEach((name, e) -> {
                if (name.startsWith(data)) {
                    places.put(name.substring(data.length()), new Place(e.offset(), e.size()));
                }
            });
            ZipDirectory.Entry pickle = entries.get(pickles.getFirst());
            return stateDict(new Unpickler(file, bytes, pickle.offset(), pickle.offset() + pickle.size()).read());
        }

        /** {@code data.pkl} itself or in the one folder at the top, whose name depends on how the file was called when it was saved. */
        private static boolean isTopPickle(String name) {
            return name.substring(name.indexOf('/') + 1).equals("data.pkl");
        }

        private String text(ZipDirectory.Entry e) {
            return new String(bytes.asSlice(e.offset(), Math.min(e.size(), 16)).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
        }

        TorchFile legacy() {
            Unpickler magic = new Unpickler(file, bytes, 0, bytes.byteSize());
            if (!LEGACY_MAGIC.equals(magic.read())) {
                throw wrong("the magic number of torch.save is missing", 0);
            }
            Unpickler version = next(magic);
            if (!Long.valueOf(LEGACY_VERSION).equals(version.read())) {
                throw wrong("the version is not " + LEGACY_VERSION, magic.position());
            }
            Unpickler system = next(version);
            if (!(system.read() instanceof Dict d) || !(d.entries.get("little_endian") instanceof Boolean little)) {
                throw wrong("the record of the system that saved it is missing", version.position());
            }
            if (!little) {
                throw new UnsupportedFeatureException(file + ": was saved on a big-endian machine; save it again on a little-endian one");
            }
            Unpickler object = next(system);
            Object saved = object.read();
            Unpickler keys = next(object);
            if (!(keys.read() instanceof ArrayList<?> order)) {
                throw wrong("the list of storages is missing", object.position());
            }
            locate(order, storages(stateDictOf(saved)), keys.position());
            return stateDict(saved);
        }

        private Unpickler next(Unpickler before) {
            return new Unpickler(before, bytes.byteSize());
        }

        /** Storages follow in the order of the list, each with its number of elements in front. */
        private void locate(List<?> order, Map<String, Storage> storages, long start) {
            Set<String> found = new HashSet<>();
            long at = start;
            for (Object key : order) {
                Storage s = key instanceof String k ? storages.get(k) : null;
                if (s == null) {
                    throw wrong("storage " + InputFiles.shown(String.valueOf(key)) + " belongs to no tensor, so that its size is unknown", at);
                }
                long count = at <= bytes.byteSize() - 8 ? bytes.get(Tensor.LONG, at) : -1;
                if (count != s.size()) {
                    throw wrong("storage " + InputFiles.shown(s.key()) + " is said to have " + s.size() + " elements, "
                            + (count < 0 ? "but the file ends" : "but has " + count), at);
                }
                long size = size(s);
                if (size > bytes.byteSize() - at - 8) {
                    throw wrong("the file ends inside storage " + InputFiles.shown(s.key()) + "; it is truncated, fetch it again", at);
                }
                if (!found.add(s.key())) {
                    throw wrong("storage " + InputFiles.shown(s.key()) + " is listed twice", at);
                }
                places.put(s.key(), new Place(at + 8, size));
                at += 8 + size;
            }
        }

        private Map<String, Storage> storages(Dict dict) {
            Map<String, Storage> byKey = new HashMap<>();
            for (Object value : dict.entries.values()) {
                if (value instanceof StridedTensor t) {
                    Storage s = t.storage();
                    Storage other = byKey.putIfAbsent(s.key(), s);
                    if (other != null && (other.type() != s.type() || other.size() != s.size())) {
                        throw InputFiles.wrong(file, "storage " + InputFiles.shown(s.key()) + " has two types or sizes");
                    }
                }
            }
            return byKey;
        }

        /** Bytes of a whole storage, or {@link Long#MAX_VALUE} if they do not fit a long. */
        private static long size(Storage s) {
            try {
                return s.type() == null ? s.size() : s.type().bytes(s.size());
            } catch (ArithmeticException e) {
                return Long.MAX_VALUE;
            }
        }

        private Dict stateDictOf(Object saved) {
            if (!(saved instanceof Dict d)) {
                throw InputFiles.wrong(file, "holds a " + kind(saved) + ", expected a state dict");
            }
            return d.entries.get("state_dict") instanceof Dict inner ? inner : d;
        }

        private static String kind(Object saved) {
            return switch (saved) {
                case null -> "None";
                case StridedTensor _ -> "single tensor";
                case ArrayList<?> _ -> "list";
                case Object[] _ -> "tuple";
                default -> "single value";
            };
        }

        private TorchFile stateDict(Object saved) {
            Dict dict = stateDictOf(saved);
            dict.entries.forEach((key, value) -> {
                if (value instanceof StridedTensor t && key instanceof String name) {
                    String plain = name.startsWith(WRAPPER) ? name.substring(WRAPPER.length()) : name;
                    if (tensors.put(plain, view(plain, t)) != null) {
                        throw InputFiles.wrong(file, "tensor " + InputFiles.shown(plain) + " stands twice, with and without the prefix " + WRAPPER);
                    }
                }
            });
            if (tensors.isEmpty()) {
                List<String> keys = dict.entries.keySet().stream().limit(5).map(k -> InputFiles.shown(k.toString())).toList();
                throw InputFiles.wrong(file, "holds a dictionary without tensors (" + (keys.isEmpty() ? "empty" : "keys " + String.join(", ", keys))
                        + "), expected a state dict");
            }
            if (dict != saved && ((Dict) saved).entries.get("config") instanceof Dict config) {
                config.entries.forEach((key, value) -> {
                    if (value instanceof Boolean || value instanceof Number || value instanceof String) {
                        metadata.put("config." + key, value.toString());
                    }
                });
            }
            return new TorchFile(Collections.unmodifiableSortedMap(tensors), Collections.unmodifiableSortedMap(metadata));
        }

        private StridedView view(String name, StridedTensor t) {
            String who = "tensor " + InputFiles.shown(name);
            Storage s = t.storage();
            Place place = places.get(s.key());
            if (place == null) {
                throw InputFiles.wrong(file, who + ": its storage " + InputFiles.shown(s.key()) + " is not in the file");
            }
            if (size(s) != place.size()) {
                throw wrong(who + ": its storage " + InputFiles.shown(s.key()) + " should have " + size(s) + " bytes, but has " + place.size(),
                        place.offset());
            }
            long itemSize = t.type().bytes(8) / 8;
            long firstByte = s.first() * (s.type() == null ? 1 : itemSize);
            long length = s.type() == null ? s.length() / itemSize : s.length();
            try {
                return StridedView.of(t.type(), t.shape(), t.strides(), place.offset() + firstByte, length, t.offset());
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw wrong(who + ": " + (e instanceof ArithmeticException ? "its size is out of range" : e.getMessage()), place.offset());
            }
        }

        private InvalidInputException wrong(String problem, long at) {
            return InputFiles.wrong(file, problem + " (byte " + at + ")");
        }
    }
}
