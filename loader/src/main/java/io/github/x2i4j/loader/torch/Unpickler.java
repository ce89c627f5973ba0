package io.github.x2i4j.loader.torch;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.torch.PickleStack.StackException;
import io.github.x2i4j.loader.torch.TorchObjects.Dict;
import io.github.x2i4j.loader.torch.TorchObjects.Dtype;
import io.github.x2i4j.loader.torch.TorchObjects.Function;
import io.github.x2i4j.loader.torch.TorchObjects.Storage;
import io.github.x2i4j.loader.torch.TorchObjects.StorageType;
import io.github.x2i4j.loader.torch.TorchObjects.StridedTensor;
import io.github.x2i4j.loader.weights.StoredType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Reads the pickles of PyTorch's state dicts. It executes nothing: the few names that such a pickle needs are compared with a list
 * and stand for themselves, any other name is an error. It neither recurses nor allocates by a number from the file, and a pickle of
 * more than {@link #MAX_BYTES} is refused, so that memory and time are bounded.
 */
final class Unpickler {
    /** Far above the pickle of any state dict, which has some 200 bytes a tensor. */
    static final int MAX_BYTES = 16 << 20;

    /** Containers, strings and what lists and dictionaries hold, of all pickles of a file; a tensor takes about ten. */
    private static final int MAX_OBJECTS = 1_500_000;
    private static final int MAX_INTEGER_BYTES = 16;
    private static final int MAX_RANK = 16;

    private final Path file;
    private final MemorySegment bytes;
    private final long end;
    private final boolean cut;
    private final PickleStack stack = new PickleStack();
    private long position;
    private long opcodeAt;
    private int objects;

    /** Reads from byte {@code start} of a mapped file to at most {@code end}. */
    Unpickler(Path file, MemorySegment bytes, long start, long end) {
        this.file = file;
        this.bytes = bytes;
        this.position = start;
        this.cut = end - start > MAX_BYTES;
        this.end = cut ? start + MAX_BYTES : end;
    }

    /** Reads the pickle that follows another one, to at most {@code end}; the bound of objects is that of both together. */
    Unpickler(Unpickler before, long end) {
        this(before.file, before.bytes, before.position, end);
        this.objects = before.objects;
    }

    /** Where the next pickle begins. */
    long position() {
        return position;
    }

    /** The object of one pickle. */
    Object read() {
        try {
            while (true) {
                opcodeAt = position;
                int op = u8();
                if (op == '.') {
                    Object result = stack.pop();
                    if (!stack.isEmpty()) {
                        throw wrong("the pickle ends with values left over");
                    }
                    return result;
                }
                step(op);
            }
        } catch (StackException e) {
            throw wrong(e.getMessage());
        }
    }

    private void step(int op) throws StackException {
        switch (op) {
            case 0x80 -> protocol();
            case 0x95 -> i64(); // FRAME is only a hint for readers
            case 'N' -> stack.push(null);
            case 0x88 -> stack.push(Boolean.TRUE);
            case 0x89 -> stack.push(Boolean.FALSE);
            case 'J' -> stack.push((long) i32());
            case 'K' -> stack.push((long) u8());
            case 'M' -> stack.push((long) (u8() | u8() << 8));
            case 0x8a -> stack.push(integer(u8()));
            case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(i64())));
            case 'X' -> stack.push(text(u32()));
            case 0x8c -> stack.push(text(u8()));
            case 0x8d -> stack.push(text(i64()));
            case '}' -> stack.push(counted(new Dict()));
            case ']' -> stack.push(counted(new ArrayList<>()));
            case ')' -> stack.push(counted(new Object[0]));
            case '(' -> stack.mark();
            case 't' -> {
                Object[] values = stack.popToMark().toArray();
                count(values.length);
                stack.push(counted(values));
            }
            case 0x85 -> tuple(1);
            case 0x86 -> tuple(2);
            case 0x87 -> tuple(3);
            case 'q' -> stack.keep(u8());
            case 'r' -> stack.keep(u32());
            case 0x94 -> stack.keep();
            case 'h' -> stack.recall(u8());
            case 'j' -> stack.recall(u32());
            case 'a' -> append(Collections.singletonList(stack.pop()));
            case 'e' -> append(stack.popToMark());
            case 's' -> {
                Object value = stack.pop();
                Object key = stack.pop();
                put(dict(stack.top()), key, value);
            }
            case 'u' -> putAll(stack.popToMark());
            case 'c' -> stack.push(global(line(), line()));
            case 0x93 -> {
                Object name = stack.pop();
                stack.push(global(string(stack.pop()), string(name)));
            }
            case 'Q' -> stack.push(storage(stack.pop()));
            case 'R' -> {
                Object arguments = stack.pop();
                stack.push(reduce(stack.pop(), arguments));
            }
            case 'b' -> {
                stack.pop(); // the state of an OrderedDict is the versions of its modules, which nobody needs
                dict(stack.top());
            }
            default -> throw wrong("the pickle uses the instruction 0x" + Integer.toHexString(op) + ", which no state dict needs");
        }
    }

    private void protocol() {
        int version = u8();
        if (version < 2 || version > 5) {
            throw wrong("the pickle has protocol " + version + ", expected 2 to 5");
        }
    }

    private void tuple(int n) throws StackException {
        Object[] t = new Object[n];
        for (int i = n - 1; i >= 0; i--) {
            t[i] = stack.pop();
        }
        stack.push(counted(t));
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> values) throws StackException {
        if (!(stack.top() instanceof ArrayList<?> list)) {
            throw wrong("the pickle appends to something that is no list");
        }
        count(values.size());
        ((List<Object>) list).addAll(values);
    }

    private void putAll(List<Object> values) throws StackException {
        if (values.size() % 2 != 0) {
            throw wrong("the pickle has a key without a value");
        }
        Dict d = dict(stack.top());
        for (int i = 0; i < values.size(); i += 2) {
            put(d, values.get(i), values.get(i + 1));
        }
    }

    private void put(Dict d, Object key, Object value) {
        if (!(key instanceof String || key instanceof Long)) {
            throw wrong("the pickle has a dictionary key that is neither a string nor an integer");
        }
        if (d.entries.containsKey(key)) {
            throw wrong("the pickle sets " + InputFiles.shown(key.toString()) + " twice");
        }
        count(1);
        d.entries.put(key, value);
    }

    private Object global(String module, String name) {
        Object known = TorchObjects.global(module, name);
        if (known == null) {
            throw wrong("the pickle asks for " + InputFiles.shown(module + "." + name)
                    + "; only plain state dicts are read and nothing is executed: save model.state_dict(), or convert it to safetensors");
        }
        return known;
    }

    /** Persistent ids name storages: ("storage", type, key, location, size), in the legacy format with a view as sixth. */
    private Storage storage(Object id) {
        Object[] t = tuple(id, "a storage's name", 5, 6);
        if (!"storage".equals(t[0]) || !(t[1] instanceof StorageType type)) {
            throw wrong("the pickle refers to something that is no storage");
        }
        String key = string(t[2]);
        long size = size(t[4], "the size of a storage");
        if (t.length == 5 || t[5] == null) {
            return counted(new Storage(type.type(), key, size, 0, size));
        }
        Object[] view = tuple(t[5], "a storage's view", 3, 3);
        long first = size(view[1], "the offset of a storage's view");
        long length = size(view[2], "the size of a storage's view");
        if (first > size || length > size - first) {
            throw wrong("the view of " + length + " elements from " + first + " exceeds storage " + InputFiles.shown(key) + " of " + size);
        }
        return counted(new Storage(type.type(), key, size, first, length));
    }

    private Object reduce(Object function, Object argument) {
        if (!(function instanceof Function f)) {
            throw wrong("the pickle calls something that is no function");
        }
        return switch (f) {
            case ORDERED_DICT -> {
                tuple(argument, "OrderedDict", 0, 0);
                yield counted(new Dict());
            }
            case REBUILD_PARAMETER -> {
                Object[] a = tuple(argument, "_rebuild_parameter", 3, 3);
                if (!(a[0] instanceof StridedTensor t)) {
                    throw wrong("a parameter holds no tensor");
                }
                yield t;
            }
            case REBUILD_TENSOR_V2 -> {
                Object[] a = tuple(argument, "_rebuild_tensor_v2", 6, 7);
                if (!(a[0] instanceof Storage s) || s.type() == null) {
                    throw wrong("a tensor has no typed storage");
                }
                yield tensor(s.type(), s, a);
            }
            case REBUILD_TENSOR_V3 -> {
                Object[] a = tuple(argument, "_rebuild_tensor_v3", 7, 8);
                if (!(a[0] instanceof Storage s) || !(a[6] instanceof Dtype d) || s.type() != null && s.type() != d.type()) {
                    throw wrong("a tensor has no storage of its dtype");
                }
                yield tensor(d.type(), s, a);
            }
        };
    }

    /** Of the arguments (storage, offset, shape, strides, ...). */
    private StridedTensor tensor(StoredType type, Storage storage, Object[] a) {
        long[] shape = sizes(a[2], "a tensor's shape");
        long[] strides = sizes(a[3], "a tensor's strides");
        if (shape.length != strides.length) {
            throw wrong("a tensor has " + shape.length + " dimensions and " + strides.length + " strides");
        }
        return counted(new StridedTensor(type, storage, size(a[1], "a tensor's offset"), shape, strides));
    }

    private long[] sizes(Object value, String what) {
        Object[] t = tuple(value, what, 0, MAX_RANK);
        long[] out = new long[t.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = size(t[i], what);
        }
        return out;
    }

    private long size(Object value, String what) {
        if (!(value instanceof Long n)) {
            throw wrong(what + " is no integer of 64 bits");
        }
        if (n < 0) {
            throw wrong(what + " is negative: " + n);
        }
        return n;
    }

    private Object[] tuple(Object value, String what, int min, int max) {
        if (!(value instanceof Object[] t)) {
            throw wrong(what + " is no tuple");
        }
        if (t.length < min || t.length > max) {
            throw wrong(what + " has " + t.length + " values, expected " + min + (min == max ? "" : " to " + max));
        }
        return t;
    }

    private String string(Object value) {
        if (!(value instanceof String s)) {
            throw wrong("the pickle has something else where a string should be");
        }
        return s;
    }

    private Dict dict(Object value) {
        if (!(value instanceof Dict d)) {
            throw wrong("the pickle fills something that is no dictionary");
        }
        return d;
    }

    private <T> T counted(T value) {
        count(1);
        return value;
    }

    private void count(int more) {
        objects += more;
        if (objects > MAX_OBJECTS) {
            throw wrong("the pickle makes more than " + MAX_OBJECTS + " objects");
        }
    }

    private void need(long n) {
        if (n < 0 || n > end - position) {
            throw wrong(cut ? "the pickle is longer than " + MAX_BYTES + " bytes" : "the pickle ends too early");
        }
    }

    private int u8() {
        need(1);
        return bytes.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
    }

    private int i32() {
        need(4);
        position += 4;
        return bytes.get(Tensor.INT, position - 4);
    }

    private long u32() {
        return i32() & 0xFFFFFFFFL;
    }

    private long i64() {
        need(8);
        position += 8;
        return bytes.get(Tensor.LONG, position - 8);
    }

    /** A little-endian two's complement integer: Long where it fits, else BigInteger. */
    private Object integer(int length) {
        if (length > MAX_INTEGER_BYTES) {
            throw wrong("the pickle has an integer of " + length + " bytes");
        }
        byte[] little = raw(length);
        byte[] big = new byte[length + 1];
        for (int i = 0; i < length; i++) {
            big[length - i] = little[i];
        }
        big[0] = (byte) (length > 0 && little[length - 1] < 0 ? -1 : 0);
        BigInteger value = new BigInteger(big);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    private String text(long length) {
        byte[] utf8 = raw(length);
        try {
            return counted(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException e) {
            throw wrong("the pickle has a string that is not UTF-8");
        }
    }

    private byte[] raw(long length) {
        need(length);
        byte[] out = bytes.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
        position += length;
        return out;
    }

    /** Latin text up to a newline. */
    private String line() {
        StringBuilder s = new StringBuilder();
        for (int c = u8(); c != '\n'; c = u8()) {
            s.append((char) c);
        }
        return counted(s.toString());
    }

    private InvalidInputException wrong(String problem) {
        return InputFiles.wrong(file, problem + " (byte " + opcodeAt + ")");
    }
}
