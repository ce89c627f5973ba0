package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Storage;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.GiveBack;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies on the device of tensors that lie in the host's memory: weights. A copy is made when an op first asks for it, and lives
 * until the host's bytes are released or until memory is short. Guarded by the {@link Gpu} that owns it.
 */
final class DeviceWeights {
    private final Gpu gpu;
    private final Map<Storage, Map<Piece, Copy>> copies = new IdentityHashMap<>();
    private long op;

    private record Piece(long offset, long bytes) {
    }

    private static final class Copy {
        final Block block;
        long usedBy;

        Copy(Block block) {
            this.block = block;
        }
    }

    DeviceWeights(Gpu gpu) {
        this.gpu = gpu;
    }

    /** From now on copies that were used before may make room. */
    void nextOp() {
        op++;
    }

    /** The device's address of a copy of some bytes, good until the op ends. */
    long address(HostStorage storage, long offset, long bytes) {
        Map<Piece, Copy> pieces = copies.computeIfAbsent(storage, s -> {
            storage.onRelease(() -> gpu.forget(storage));
            return new HashMap<>();
        });
        Piece piece = new Piece(offset, bytes);
        Copy copy = pieces.get(piece);
        if (copy == null) {
            copy = new Copy(gpu.acquire(bytes));
            try {
                upload(copy.block.address(), storage, offset, bytes);
            } catch (Throwable t) {
                gpu.release(copy.block);
                throw t;
            }
            pieces.put(piece, copy);
        }
        copy.usedBy = op;
        return copy.block.address();
    }

    private void upload(long to, HostStorage storage, long offset, long bytes) {
        Tensor whole = new Tensor(DType.U8, Shape.of(storage.byteSize()), storage, 0);
        Mapped.reading(() -> {
            gpu.upload(to, storage.segment().asSlice(offset, bytes));
            return whole;
        }, whole);
    }

    /** Frees all copies but those that the op at work uses. */
    void makeRoom() {
        for (Map<Piece, Copy> pieces : copies.values()) {
            pieces.values().removeIf(copy -> {
                boolean idle = copy.usedBy != op;
                if (idle) {
                    gpu.release(copy.block);
                }
                return idle;
            });
        }
    }

    /** Frees the copies of one storage. */
    void forget(Storage storage) {
        Map<Piece, Copy> pieces = copies.remove(storage);
        if (pieces != null) {
            GiveBack.each(pieces.values(), copy -> gpu.release(copy.block));
        }
    }

    /** Frees all copies. */
    void clear() {
        GiveBack.each(List.copyOf(copies.keySet()), this::forget);
    }
}
