package io.github.x2i4j.engine;

import io.github.x2i4j.engine.format.BlockDecoder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A dense array: element type, shape and storage, row-major and contiguous.
 *
 * <p>{@link #reshape} and {@link #rows} are views of the same bytes; every other rearrangement is an op. A tensor does not own
 * its bytes: the {@link Scope} or weight file that made it does.
 */
public final class Tensor {
    /** Little-endian layouts without alignment, since weight files promise none. */
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Elements that are decoded at once. */
    private static final int CHUNK = 4096;

    private final DType dtype;
    private final Shape shape;
    private final Storage storage;
    private final long byteOffset;
    private final float scale;

    /**
     * A view of {@code storage} from {@code byteOffset} on.
     *
     * @throws IndexOutOfBoundsException if the elements do not lie inside the storage
     */
    public Tensor(DType dtype, Shape shape, Storage storage, long byteOffset) {
        this(dtype, shape, storage, byteOffset, 1);
    }

    private Tensor(DType dtype, Shape shape, Storage storage, long byteOffset, float scale) {
        long bytes = dtype.bytes(shape.elements());
        if (byteOffset < 0 || byteOffset > storage.byteSize() - bytes) {
            throw new IndexOutOfBoundsException(dtype + " " + shape + " at byte " + byteOffset + " exceeds a storage of "
                    + storage.byteSize() + " bytes");
        }
        this.dtype = dtype;
        this.shape = shape;
        this.storage = storage;
        this.byteOffset = byteOffset;
        this.scale = scale;
    }

    /** A tensor over a whole segment that somebody else keeps alive. */
    public static Tensor of(MemorySegment segment, DType dtype, long... dims) {
        return new Tensor(dtype, Shape.of(dims), new HostStorage(segment), 0);
    }

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return shape;
    }

    public Storage storage() {
        return storage;
    }

    public long byteOffset() {
        return byteOffset;
    }

    /** Factor of all elements: 1, except of weights that are stored as numbers of fewer bits and one scale. */
    public float scale() {
        return scale;
    }

    /** A view of the same bytes whose elements are {@code factor} times as large. */
    public Tensor scaledBy(float factor) {
        return new Tensor(dtype, shape, storage, byteOffset, scale * factor);
    }

    /** Number of elements. */
    public long elements() {
        return shape.elements();
    }

    /** Size of an axis; negative axes count from the end. */
    public long dim(int axis) {
        return shape.dim(axis);
    }

    public int rank() {
        return shape.rank();
    }

    public long byteSize() {
        return dtype.bytes(shape.elements());
    }

    /** Exactly the bytes of this tensor. */
    public MemorySegment segment() {
        return storage.segment().asSlice(byteOffset, byteSize());
    }

    /** This tensor if the CPU reaches its elements, otherwise a copy that it reaches; waits for the device. */
    public Tensor onHost() {
        return storage instanceof HostStorage ? this : new Tensor(dtype, shape, new HostStorage(storage.read(byteOffset, byteSize())), 0).scaledBy(scale);
    }

    /** The same elements in another shape; one dimension may be -1 and is then computed. */
    public Tensor reshape(long... dims) {
        long[] d = dims.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < d.length; i++) {
            if (d[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= d[i];
            }
        }
        if (open >= 0) {
            d[open] = known == 0 ? 0 : elements() / known;
        }
        Shape s = Shape.of(d);
        if (s.elements() != elements()) {
            throw new IllegalArgumentException("cannot view " + shape + " as " + Shape.of(d));
        }
        return new Tensor(dtype, s, storage, byteOffset, scale);
    }

    /** View of the entries {@code from} (inclusive) to {@code to} (exclusive) of the leading axis. */
    public Tensor rows(long from, long to) {
        if (from < 0 || to < from || to > shape.dim(0)) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + shape);
        }
        long rowBytes = dtype.bytes(shape.product(1, shape.rank()));
        return new Tensor(dtype, shape.with(0, to - from), storage, byteOffset + from * rowBytes, scale);
    }

    /** View of entry {@code index} of the leading axis, which is dropped. */
    public Tensor row(long index) {
        long[] d = shape.toArray();
        long[] rest = java.util.Arrays.copyOfRange(d, 1, d.length);
        return rows(index, index + 1).reshape(rest);
    }

    /** Element {@code index} of a floating-point tensor, counted row-major; slow, for tests and single values. */
    public float getFloat(long index) {
        if (storage instanceof DeviceStorage) {
            return onHost().getFloat(index);
        }
        MemorySegment s = storage.segment();
        return scale * switch (dtype) {
            case F32 -> s.get(FLOAT, byteOffset + index * 4);
            case F64 -> (float) s.get(DOUBLE, byteOffset + index * 8);
            case F16 -> Float.float16ToFloat(s.get(SHORT, byteOffset + index * 2));
            case BF16 -> Float.intBitsToFloat(s.get(SHORT, byteOffset + index * 2) << 16);
            default -> dtype.isFloat() ? decoded(index / dtype.blockElements(), 1)[(int) (index % dtype.blockElements())] : getLong(index);
        };
    }

    /** The elements of some blocks, without {@link #scale}. */
    private float[] decoded(long block, int blocks) {
        byte[] bytes = new byte[blocks * dtype.blockBytes()];
        MemorySegment.copy(storage.segment(), ValueLayout.JAVA_BYTE, byteOffset + block * dtype.blockBytes(), bytes, 0, bytes.length);
        float[] values = new float[blocks * dtype.blockElements()];
        BlockDecoder.of(dtype).decode(bytes, 0, blocks, values, 0);
        return values;
    }

    /** Element {@code index} of an integer tensor, counted row-major; slow, for tests and single values. */
    public long getLong(long index) {
        if (storage instanceof DeviceStorage) {
            return onHost().getLong(index);
        }
        MemorySegment s = storage.segment();
        return switch (dtype) {
            case I64 -> s.get(LONG, byteOffset + index * 8);
            case I32 -> s.get(INT, byteOffset + index * 4);
            case I16 -> s.get(SHORT, byteOffset + index * 2);
            case I8 -> s.get(ValueLayout.JAVA_BYTE, byteOffset + index);
            case U8, BOOL -> s.get(ValueLayout.JAVA_BYTE, byteOffset + index) & 0xFF;
            default -> throw new IllegalStateException(dtype + " holds no integers");
        };
    }

    /** All elements widened to float. The tensor must have fewer than 2^31 elements. */
    public float[] toFloats() {
        return Mapped.reading(this::floats, this);
    }

    private float[] floats() {
        if (storage instanceof DeviceStorage) {
            return onHost().toFloats();
        }
        float[] out = new float[Math.toIntExact(elements())];
        if (dtype == DType.F32 && scale == 1) {
            MemorySegment.copy(storage.segment(), FLOAT, byteOffset, out, 0, out.length);
        } else if (BlockDecoder.has(dtype)) {
            int step = CHUNK / dtype.blockElements();
            int blocks = out.length / dtype.blockElements();
            for (int b = 0; b < blocks; b += step) {
                float[] values = decoded(b, Math.min(step, blocks - b));
                for (int i = 0; i < values.length; i++) {
                    out[b * dtype.blockElements() + i] = scale * values[i];
                }
            }
        } else {
            for (int i = 0; i < out.length; i++) {
                out[i] = getFloat(i);
            }
        }
        return out;
    }

    /** All elements of an integer tensor. */
    public long[] toLongs() {
        return Mapped.reading(this::longs, this);
    }

    private long[] longs() {
        if (storage instanceof DeviceStorage) {
            return onHost().toLongs();
        }
        long[] out = new long[Math.toIntExact(elements())];
        for (int i = 0; i < out.length; i++) {
            out[i] = getLong(i);
        }
        return out;
    }

    /** Such as {@code BF16 [3072, 64]}. */
    @Override
    public String toString() {
        return dtype + " " + shape;
    }
}
