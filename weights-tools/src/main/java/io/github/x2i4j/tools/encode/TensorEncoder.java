package io.github.x2i4j.tools.encode;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.format.BlockDecoder;
import io.github.x2i4j.tools.compare.TensorDifference;
import io.github.x2i4j.tools.write.ByteSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/** Turns the values of a tensor into the bytes of a type, piece by piece on all processors; memory does not grow with the tensor. */
public final class TensorEncoder {
    private static final int PIECE = 1 << 20;
    private static final int SLICE = 1 << 15;

    private final DType dtype;
    private final FloatEncoder encoder;

    /** Where values come from; called by several threads. */
    @FunctionalInterface
    public interface Values {
        /** Gives values {@code first} to {@code first + count} to {@code to[at]} and following. */
        void read(long first, int count, float[] to, int at);
    }

    public TensorEncoder(DType dtype) {
        this.dtype = dtype;
        this.encoder = FloatEncoder.of(dtype);
    }

    /**
     * Encodes {@code n} values.
     *
     * @param error what the type's rounding changes is added to it, or null
     * @throws InvalidInputException if a value is beyond the type; it names {@code who}
     */
    public void encode(String who, Values values, long n, ByteSink sink, TensorDifference.Sum error) throws IOException {
        int largest = (int) Math.min(PIECE, n);
        float[] floats = new float[largest];
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(dtype.bytes(largest))).order(ByteOrder.LITTLE_ENDIAN);
        for (long first = 0; first < n; first += largest) {
            long at = first;
            int count = (int) Math.min(largest, n - first);
            int slices = (count + SLICE - 1) / SLICE;
            TensorDifference.Sum[] errors = new TensorDifference.Sum[slices];
            IntStream.range(0, slices).parallel().forEach(i -> {
                int from = i * SLICE;
                int length = Math.min(SLICE, count - from);
                values.read(at + from, length, floats, from);
                ByteBuffer to = bytes.slice(Math.toIntExact(dtype.bytes(from)), Math.toIntExact(dtype.bytes(length))).order(ByteOrder.LITTLE_ENDIAN);
                errors[i] = slice(who, floats, from, length, to, error != null);
            });
            if (error != null) {
                for (TensorDifference.Sum e : errors) {
                    error.add(e);
                }
            }
            sink.write(bytes.clear().limit(Math.toIntExact(dtype.bytes(count))));
        }
    }

    private TensorDifference.Sum slice(String who, float[] floats, int from, int count, ByteBuffer to, boolean measure) {
        try {
            encoder.encode(floats, from, count, to);
        } catch (ArithmeticException e) {
            throw new InvalidInputException(who + " " + e.getMessage() + ": it cannot be written as " + dtype + "; keep its type (--keep), or "
                    + "correct the source", e);
        }
        if (!measure) {
            return null;
        }
        float[] decoded = new float[count];
        decode(to.flip(), decoded);
        TensorDifference.Sum error = new TensorDifference.Sum();
        for (int i = 0; i < count; i++) {
            if (dtype == DType.F16 && Float.isInfinite(decoded[i]) && Float.isFinite(floats[from + i])) {
                throw new InvalidInputException(who + " holds " + floats[from + i] + ", which is beyond F16; use BF16 or F32 for it");
            }
            error.add(floats[from + i], decoded[i]);
        }
        return error;
    }

    private void decode(ByteBuffer from, float[] to) {
        switch (dtype) {
            case F32 -> from.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(to);
            case F16 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.float16ToFloat(from.getShort());
                }
            }
            case BF16 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.intBitsToFloat(from.getShort() << 16);
                }
            }
            default -> {
                byte[] bytes = new byte[from.remaining()];
                from.get(bytes);
                BlockDecoder.of(dtype).decode(bytes, 0, to.length / dtype.blockElements(), to, 0);
            }
        }
    }
}
