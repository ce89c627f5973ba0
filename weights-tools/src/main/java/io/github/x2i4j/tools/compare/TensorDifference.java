package io.github.x2i4j.tools.compare;

import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.tools.read.TensorValues;

/**
 * How far two tensors of one shape are apart.
 *
 * @param maxAbs largest absolute difference; infinite or not a number where the values are
 * @param relL2 root of the sum of squared differences over that of the first one's squares; 0 where nothing differs
 * @param different number of values that differ
 */
public record TensorDifference(double maxAbs, double relL2, long different) {
    /** No difference. */
    public static final TensorDifference NONE = new TensorDifference(0, 0, 0);

    /** Adds up differences piece by piece. */
    public static final class Sum {
        private double maxAbs;
        private double squares;
        private double reference;
        private long different;

        /** Takes {@code count} values of both. Values that are no numbers on both sides do not differ. */
        public void add(double[] a, double[] b, int count) {
            for (int i = 0; i < count; i++) {
                add(a[i], b[i]);
            }
        }

        /** Takes one value of both. */
        public void add(double x, double y) {
            reference += Double.isFinite(x) ? x * x : 0;
            if (x == y || Double.isNaN(x) && Double.isNaN(y)) {
                return;
            }
            double d = Math.abs(x - y);
            different++;
            squares += d * d;
            maxAbs = Math.max(maxAbs, d);
        }

        /** Adds what another sum has seen. */
        public void add(Sum other) {
            maxAbs = Math.max(maxAbs, other.maxAbs);
            squares += other.squares;
            reference += other.reference;
            different += other.different;
        }

        public TensorDifference result() {
            return different == 0 ? NONE : new TensorDifference(maxAbs, Math.sqrt(squares / reference), different);
        }
    }

    /** Compares all values; both have as many. */
    static TensorDifference of(Tensor a, Tensor b) {
        Sum sum = new Sum();
        long n = a.elements();
        int largest = (int) Math.min(TensorValues.PIECE, n);
        double[] x = new double[largest];
        double[] y = new double[largest];
        for (long first = 0; first < n; first += largest) {
            int count = (int) Math.min(largest, n - first);
            TensorValues.doubles(a, first, count, x);
            TensorValues.doubles(b, first, count, y);
            sum.add(x, y, count);
        }
        return sum.result();
    }
}
