package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.BlockUploads.Piece;
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
 * until the host's bytes are released or until memory is short; or it was uploaded with its block, whose owner says how long it
 * lives. Guarded by the {@link Gpu} that owns it.
 */
final class DeviceWeights {
    private final Gpu gpu;
    private final Map<Storage, Map<Piece, Copy>> copies = new IdentityHashMap<>();
    private long op;

    /** Where a copy lies; its memory is null where it belongs to a block's owner. */
    private static final class Copy {
        final long address;
        final Block memory;
        long usedBy;

        Copy(long address, Block memory) {
            this.address = address;
            this.memory = memory;
        }

        /** Frees the memory if it is ours; true if it was. */
        boolean free() {
            if (memory != null) {
                memory.free();
            }
            return memory != null;
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
        Map<Piece, Copy> pieces = pieces(storage);
        Piece piece = new Piece(storage, offset, bytes);
        Copy copy = pieces.get(piece);
        if (copy == null) {
            Block memory = gpu.allocate(bytes);
            try {
                upload(memory.address(), storage, offset, bytes);
            } catch (Throwable t) {
                memory.free();
                throw t;
            }
            copy = new Copy(memory.address(), memory);
            pieces.put(piece, copy);
        }
        copy.usedBy = op;
        return copy.address;
    }

    private Map<Piece, Copy> pieces(HostStorage storage) {
        return copies.computeIfAbsent(storage, s -> {
            storage.onRelease(() -> gpu.forget(storage));
            return new HashMap<>();
        });
    }

    private void upload(long to, HostStorage storage, long offset, long bytes) {
        Tensor whole = new Tensor(DType.U8, Shape.of(storage.byteSize()), storage, 0);
        Mapped.reading(() -> {
            gpu.uploadWeights(to, storage.segment().asSlice(offset, bytes));
            return whole;
        }, whole);
    }

    /** Weights lie on the device from now on: those of a block. */
    void install(List<Piece> weights, long address, long[] places) {
        for (int i = 0; i < places.length; i++) {
            Copy before = pieces(weights.get(i).storage()).put(weights.get(i), new Copy(address + places[i], null));
            if (before != null) {
                before.free();
            }
        }
    }

    /** The copies of a block are there no more; those that another block has brought meanwhile are. */
    void uninstall(List<Piece> weights, long address, long[] places) {
        for (int i = 0; i < places.length; i++) {
            Map<Piece, Copy> pieces = copies.get(weights.get(i).storage());
            Copy copy = pieces == null ? null : pieces.get(weights.get(i));
            if (copy != null && copy.address == address + places[i]) {
                pieces.remove(weights.get(i));
            }
        }
    }

    /** Frees the copies that were made for ops, but those that the op at work uses. */
    void makeRoom() {
        copies.values().forEach(pieces -> pieces.values().removeIf(copy -> copy.usedBy != op && copy.free()));
    }

    /** Frees the copies of one storage. */
    void forget(Storage storage) {
        Map<Piece, Copy> pieces = copies.remove(storage);
        if (pieces != null) {
            GiveBack.each(pieces.values(), Copy::free);
        }
    }

    /** Frees all copies. */
    void clear() {
        GiveBack.each(List.copyOf(copies.keySet()), this::forget);
    }
}
