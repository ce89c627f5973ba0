package io.github.x2i4j.loader.torch;

import io.github.x2i4j.loader.weights.StoredType;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a pickled state dict is made of, beside Java's own numbers, strings, lists (ArrayList) and tuples (Object[]). */
final class TorchObjects {
    private static final Map<String, StoredType> STORAGES = Map.ofEntries(
            Map.entry("FloatStorage", StoredType.F32), Map.entry("DoubleStorage", StoredType.F64),
            Map.entry("HalfStorage", StoredType.F16), Map.entry("BFloat16Storage", StoredType.BF16),
            Map.entry("LongStorage", StoredType.I64), Map.entry("IntStorage", StoredType.I32),
            Map.entry("ShortStorage", StoredType.I16), Map.entry("CharStorage", StoredType.I8),
            Map.entry("ByteStorage", StoredType.U8), Map.entry("BoolStorage", StoredType.BOOL));
    private static final Map<String, StoredType> DTYPES = Map.ofEntries(
            Map.entry("float32", StoredType.F32), Map.entry("float64", StoredType.F64), Map.entry("float16", StoredType.F16),
            Map.entry("bfloat16", StoredType.BF16), Map.entry("int64", StoredType.I64), Map.entry("int32", StoredType.I32),
            Map.entry("int16", StoredType.I16), Map.entry("int8", StoredType.I8), Map.entry("uint8", StoredType.U8),
            Map.entry("bool", StoredType.BOOL), Map.entry("uint16", StoredType.U16), Map.entry("uint32", StoredType.U32),
            Map.entry("uint64", StoredType.U64), Map.entry("complex64", StoredType.C64),
            Map.entry("float8_e4m3fn", StoredType.F8_E4M3), Map.entry("float8_e5m2", StoredType.F8_E5M2),
            Map.entry("float8_e4m3fnuz", StoredType.F8_E4M3FNUZ), Map.entry("float8_e5m2fnuz", StoredType.F8_E5M2FNUZ),
            Map.entry("float8_e8m0fnu", StoredType.F8_E8M0));

    private TorchObjects() {
    }

    /** A function that a pickle may name. It is never looked up or called: the reader itself knows what each one makes. */
    enum Function { ORDERED_DICT, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3, REBUILD_PARAMETER }

    /** The class of a storage: its element type, or null where the tensor says it. */
    record StorageType(StoredType type) {
    }

    /** {@code torch.float32} and its like. */
    record Dtype(StoredType type) {
    }

    /** A dictionary; a class of its own since maps compare by content, which cycles would turn into endless recursion. */
    static final class Dict {
        final Map<Object, Object> entries = new LinkedHashMap<>();
    }

    /**
     * The data that a tensor is a view of.
     *
     * @param type element type, or null: sizes count bytes then
     * @param key name of the data in the file
     * @param size number of elements of the whole data
     * @param first element at which this storage begins (not 0 only in the legacy format's views)
     * @param length number of elements of this storage
     */
    record Storage(StoredType type, String key, long size, long first, long length) {
    }

    /** A strided view of a storage; offset and strides in elements. */
    record StridedTensor(StoredType type, Storage storage, long offset, long[] shape, long[] strides) {
    }

    /** What the pickle's {@code module name} stands for here, or null if it is none of the names that state dicts need. */
    static Object global(String module, String name) {
        return switch (module) {
            case "collections" -> name.equals("OrderedDict") ? Function.ORDERED_DICT : null;
            case "torch._utils" -> switch (name) {
                case "_rebuild_tensor_v2" -> Function.REBUILD_TENSOR_V2;
                case "_rebuild_tensor_v3" -> Function.REBUILD_TENSOR_V3;
                case "_rebuild_parameter" -> Function.REBUILD_PARAMETER;
                default -> null;
            };
            case "torch.storage" -> name.equals("UntypedStorage") ? new StorageType(null) : null;
            case "torch" -> {
                if (STORAGES.containsKey(name)) {
                    yield new StorageType(STORAGES.get(name));
                }
                yield DTYPES.containsKey(name) ? new Dtype(DTYPES.get(name)) : null;
            }
            default -> null;
        };
    }
}
