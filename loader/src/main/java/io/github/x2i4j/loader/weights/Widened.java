package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.MemorySegment;

/** Copies of weights in F32. */
final class Widened {
    /** Elements widened at once, whole blocks of every type. */
    private static final int CHUNK = 1 << 16;

    private Widened() {
    }

    /** The values of a floating-point tensor in F32, rounded to nearest. The copy lives as long as the checkpoint. */
    static Tensor toF32(Checkpoint checkpoint, Tensor t) {
        if (t.dtype() == DType.F32 && t.scale() == 1) {
            return t;
        }
        long n = t.elements();
        HostStorage storage = checkpoint.allocate(DType.F32.bytes(n));
        Tensor flat = t.reshape(n);
        for (long i = 0; i < n; i += CHUNK) {
            float[] values = piece(flat, i, Math.min(n, i + CHUNK));
            MemorySegment.copy(values, 0, storage.segment(), Tensor.FLOAT, i * Float.BYTES, values.length);
        }
        return new Tensor(DType.F32, t.shape(), storage, 0);
    }

    private static float[] piece(Tensor flat, long from, long to) {
        // rows of one block, since a view begins at a whole block
        int block = flat.dtype().blockElements();
        return flat.reshape(flat.elements() / block, block).rows(from / block, to / block).toFloats();
    }
}
