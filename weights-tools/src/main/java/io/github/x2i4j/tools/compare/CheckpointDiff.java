package io.github.x2i4j.tools.compare;

import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.write.WriteProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Two checkpoints compared tensor by tensor, by name.
 *
 * @param onlyInFirst names that the second one lacks
 * @param onlyInSecond names that the first one lacks
 * @param changed tensors of both that are not the same
 * @param same number of tensors that are the same in shape, dtype and every value
 */
public record CheckpointDiff(List<TensorInfo> onlyInFirst, List<TensorInfo> onlyInSecond, List<Change> changed, int same) {
    /**
     * A tensor of both.
     *
     * @param values how far the values are apart, or null where the shapes differ or the types cannot be computed with
     */
    public record Change(String name, String firstDtype, Shape firstShape, String secondDtype, Shape secondShape, TensorDifference values) {
        public boolean sameShape() {
            return firstShape.equals(secondShape);
        }

        public boolean sameDtype() {
            return firstDtype.equals(secondDtype);
        }
    }

    /** True if nothing differs. */
    public boolean isEmpty() {
        return onlyInFirst.isEmpty() && onlyInSecond.isEmpty() && changed.isEmpty();
    }

    /** Compares all tensors. */
    public static CheckpointDiff of(Checkpoint first, Checkpoint second, Progress progress) {
        Set<String> names = new TreeSet<>(first.tensors().keySet());
        names.addAll(second.tensors().keySet());
        WriteProgress read = new WriteProgress(progress, "diff", first.tensors().values().stream().mapToLong(TensorInfo::bytes).sum());
        List<TensorInfo> onlyFirst = new ArrayList<>();
        List<TensorInfo> onlySecond = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        int same = 0;
        for (String name : names) {
            TensorInfo a = first.tensors().get(name);
            TensorInfo b = second.tensors().get(name);
            if (b == null) {
                onlyFirst.add(a);
            } else if (a == null) {
                onlySecond.add(b);
            } else {
                Change change = change(first, a, second, b);
                if (change == null) {
                    same++;
                } else {
                    changed.add(change);
                }
            }
            read.advance(a == null ? 0 : a.bytes());
        }
        read.finish();
        return new CheckpointDiff(onlyFirst, onlySecond, changed, same);
    }

    /** Null where nothing differs. */
    private static Change change(Checkpoint first, TensorInfo a, Checkpoint second, TensorInfo b) {
        Tensor x = computable(first, a);
        Tensor y = computable(second, b);
        boolean comparable = a.shape().equals(b.shape());
        if (comparable && a.dtype().equals(b.dtype()) && (x == null ? hash(first, a).equals(hash(second, b))
                : Mapped.reading(() -> x.segment().mismatch(y.segment()), x, y) < 0)) {
            return null;
        }
        TensorDifference values = comparable && x != null && y != null ? TensorDifference.of(x, y) : null;
        return new Change(a.name(), a.dtype(), a.shape(), b.dtype(), b.shape(), values);
    }

    /** Null for a type that cannot be computed with. */
    private static Tensor computable(Checkpoint checkpoint, TensorInfo t) {
        try {
            return checkpoint.tensor(t.name());
        } catch (UnsupportedFeatureException e) {
            return null;
        }
    }

    private static String hash(Checkpoint checkpoint, TensorInfo t) {
        return ContentHash.of(checkpoint, t, bytes -> { });
    }
}
