package io.github.x2i4j.tools.convert;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.tools.compare.TensorDifference;
import io.github.x2i4j.tools.encode.TensorEncoder;
import io.github.x2i4j.tools.read.TensorValues;
import io.github.x2i4j.tools.write.ByteSink;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A tensor under the name it will have: some views of stored ones, rows after rows.
 *
 * @param parts at least one; they agree in all dimensions but the first
 */
record Weight(String name, Shape shape, List<Tensor> parts) {
    private static final long PIECE = 4 << 20;

    /** The type that holds all values as they are: that of the parts, or F32 where they differ or have scales of their own. */
    DType dtype() {
        DType first = parts.getFirst().dtype();
        return parts.stream().allMatch(t -> t.dtype() == first && t.scale() == 1) ? first : DType.F32;
    }

    /** Writes the bytes as they are; only where {@link #dtype} is that of the parts. */
    void copy(ByteSink sink) throws IOException {
        for (Tensor t : parts) {
            MemorySegment all = t.segment();
            try {
                for (long at = 0; at < all.byteSize(); at += PIECE) {
                    sink.write(all.asSlice(at, Math.min(PIECE, all.byteSize() - at)).asByteBuffer());
                }
            } finally {
                Mapped.reading(() -> t, t);            // where the source was cut meanwhile, that is what went wrong
            }
            giveBack(t);
        }
    }

    /** True if {@link #copy} gives the bytes of a type. */
    boolean isStoredAs(DType type) {
        return parts.stream().allMatch(t -> t.dtype() == type && t.scale() == 1);
    }

    /** Writes the values in a floating-point type. */
    void encode(DType type, ByteSink sink, TensorDifference.Sum error) throws IOException {
        TensorEncoder encoder = new TensorEncoder(type);
        boolean roundedOnce = type == DType.F16 || type == DType.BF16;
        for (Tensor t : parts) {
            TensorEncoder.Values values = roundedOnce ? (first, n, to, at) -> TensorValues.floats(t, first, n, to, at)
                    : (first, n, to, at) -> TensorValues.nearestFloats(t, first, n, to, at);
            encoder.encode("tensor " + name, values, t.elements(), sink, error);
            giveBack(t);
        }
    }

    /** Pages of the source that were read are not needed again: resident memory stays that of one tensor. */
    private static void giveBack(Tensor t) {
        MemorySegment read = t.segment();
        if (read.isMapped() && read.byteSize() > 0) {
            read.unload();
        }
    }
}
