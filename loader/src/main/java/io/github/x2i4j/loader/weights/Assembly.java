package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.weights.NameMap.Use;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * How one tensor of a model is made of stored ones: it is a stored tensor, or a range of its rows, which are views; or several such
 * pieces joined, which is a copy.
 */
final class Assembly {
    private record Piece(String stored, Use use) {
    }

    private final Piece[] pieces;

    Assembly(int positions) {
        pieces = new Piece[positions];
    }

    /** Adds a piece; returns the stored name of the one that already has its place, or null. */
    String add(String stored, Use use) {
        if (pieces.length != use.positions()) {
            return Arrays.stream(pieces).filter(Objects::nonNull).findFirst().orElseThrow().stored;
        }
        if (pieces[use.position()] != null) {
            return pieces[use.position()].stored;
        }
        pieces[use.position()] = new Piece(stored, use);
        return null;
    }

    /** True if no piece is missing. */
    boolean complete() {
        return Arrays.stream(pieces).allMatch(Objects::nonNull);
    }

    /** Names of the stored tensors that are there, each once. */
    Collection<String> stored() {
        return Arrays.stream(pieces).filter(Objects::nonNull).map(Piece::stored).distinct().toList();
    }

    /**
     * Shape of the whole.
     *
     * @throws InvalidInputException if the pieces cannot be cut or joined
     */
    Shape shape(Checkpoint checkpoint) {
        Shape first = pieceShape(checkpoint, pieces[0]);
        if (pieces.length == 1) {
            return first;
        }
        int axis = pieces[0].use.axis();
        long joined = 0;
        for (Piece p : pieces) {
            Shape s = pieceShape(checkpoint, p);
            if (axis >= s.rank() || !s.with(axis, 0).equals(first.with(axis, 0))) {
                throw new InvalidInputException("is made of pieces that do not fit: " + InputFiles.shown(pieces[0].stored) + " " + first
                        + " and " + InputFiles.shown(p.stored) + " " + s);
            }
            joined += s.dim(axis);
        }
        return first.with(axis, joined);
    }

    private static Shape pieceShape(Checkpoint checkpoint, Piece p) {
        Shape s = checkpoint.tensors().get(p.stored).shape();
        Use use = p.use;
        if (use.of() > 1) {
            if (s.rank() == 0 || s.dim(0) % use.of() != 0) {
                throw new InvalidInputException("is a part of " + InputFiles.shown(p.stored) + " " + s + ", whose rows cannot be cut into "
                        + use.of() + " equal parts");
            }
            s = s.with(0, s.dim(0) / use.of() * (use.to() - use.from()));
        }
        if (use.stacked()) {
            List<Long> dims = new ArrayList<>(Arrays.stream(s.toArray()).boxed().toList());
            dims.add(Math.min(use.axis(), dims.size()), 1L);
            s = Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
        }
        return s;
    }

    /** The whole, where {@link #shape} gave one. */
    Tensor tensor(Checkpoint checkpoint, Fp8Scales scales) {
        List<Tensor> parts = new ArrayList<>();
        for (Piece p : pieces) {
            Tensor t = scales.scaled(p.stored, checkpoint.tensor(p.stored));
            if (p.use.of() > 1) {
                long unit = t.dim(0) / p.use.of();
                t = t.rows(p.use.from() * unit, p.use.to() * unit);
            }
            parts.add(t);
        }
        return parts.size() == 1 ? parts.getFirst() : Mapped.reading(() -> joined(checkpoint, parts), parts.toArray(Tensor[]::new));
    }

    /** In the dtype of the parts where they agree, else in F32. */
    private Tensor joined(Checkpoint checkpoint, List<Tensor> parts) {
        DType dtype = parts.getFirst().dtype();
        int axis = pieces[0].use.axis();
        boolean plain = axis == 0 || dtype.blockElements() == 1;
        for (Tensor t : parts) {
            plain &= t.dtype() == dtype && t.scale() == 1;
        }
        List<Tensor> same = plain || !dtype.isFloat() ? parts : parts.stream().map(t -> Widened.toF32(checkpoint, t)).toList();
        DType type = same.getFirst().dtype();
        Shape shape = shape(checkpoint);
        HostStorage storage = checkpoint.allocate(type.bytes(shape.elements()));
        MemorySegment to = storage.segment();
        long outer = shape.product(0, axis);
        long run = type.bytes(shape.elements()) / Math.max(1, outer);
        long at = 0;
        for (Tensor t : same) {
            long length = t.byteSize() / Math.max(1, outer);
            MemorySegment from = t.segment();
            for (long o = 0; o < outer; o++) {
                MemorySegment.copy(from, o * length, to, o * run + at, length);
            }
            at += length;
        }
        return new Tensor(type, shape, storage, 0);
    }
}
