package io.github.x2i4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ops that move elements without computing. */
class MovementTest {
    private final Engine engine = Engine.open(new EngineOptions(KernelChoice.SCALAR, 0, 2));
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    /** 0, 1, 2, ... in a shape. */
    private Tensor count(long... dims) {
        float[] x = new float[Math.toIntExact(Shape.of(dims).elements())];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        return f.floats(x, dims);
    }

    @Test
    void permuteMovesEveryElementForEveryOrderOfAxes() {
        long[] dims = {2, 3, 4, 5};
        Tensor x = count(dims);
        for (int[] p : new int[][] {{0, 1, 2, 3}, {3, 2, 1, 0}, {0, 2, 1, 3}, {1, 0, 2, 3}, {2, 3, 0, 1}, {0, 1, 3, 2}, {-1, 0, 1, 2}}) {
            Tensor y = f.permute(x, p);
            for (int at = 0; at < 120; at++) {
                int rest = at;
                int[] index = new int[4];
                for (int i = 3; i >= 0; i--) {
                    int axis = Math.floorMod(p[i], 4);
                    index[axis] = (int) (rest % dims[axis]);
                    rest /= (int) dims[axis];
                }
                assertThat(y.getFloat(at)).isEqualTo(((index[0] * 3 + index[1]) * 4 + index[2]) * 5 + index[3]);
            }
        }
        assertThat(f.permute(f.cast(x, DType.BF16), 3, 1, 2, 0).toFloats()).isEqualTo(f.permute(x, 3, 1, 2, 0).toFloats());
        assertThatIllegalArgumentException().isThrownBy(() -> f.permute(x, 0, 0, 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> f.permute(x, 0, 1));
    }

    @Test
    void concatAndSliceAreInverse() {
        Tensor x = count(3, 4, 5);
        for (int axis = 0; axis < 3; axis++) {
            Tensor head = f.slice(x, axis, 0, 1);
            Tensor tail = f.slice(x, axis, 1, x.dim(axis));
            Tensor joined = f.concat(axis, head, tail);
            assertThat(joined.shape()).isEqualTo(x.shape());
            assertThat(joined.toFloats()).isEqualTo(x.toFloats());
        }
        assertThat(f.slice(x, -1, 2, 4).shape()).isEqualTo(Shape.of(3, 4, 2));
        assertThat(f.slice(x, 1, 2, 2).elements()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> f.slice(x, 1, 2, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> f.concat(0, x, count(3, 4)));
        assertThatIllegalArgumentException().isThrownBy(() -> f.concat(1, x, count(2, 4, 5)));
        assertThatIllegalArgumentException().isThrownBy(() -> f.concat(0, x, f.cast(x, DType.F16)));
    }

    @Test
    void upsampleRepeatsEveryPixelFourTimes() {
        Tensor y = f.upsampleNearest2x(count(1, 2, 2, 3));
        assertThat(y.shape()).isEqualTo(Shape.of(1, 2, 4, 6));
        assertThat(y.rows(0, 1).reshape(2, 4, 6).row(1).toFloats()).containsExactly(
                6, 6, 7, 7, 8, 8, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 9, 9, 10, 10, 11, 11);
    }

    @Test
    void rowsAreGatheredFromTablesOfEveryKind() {
        Tensor table = count(5, 3);
        for (DType dtype : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
            assertThat(f.gatherRows(f.cast(table, dtype), new long[] {4, 0, 4}).toFloats()).containsExactly(12, 13, 14, 0, 1, 2, 12, 13, 14);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> f.gatherRows(table, new long[] {5})).withMessageContaining("5");
        assertThatIllegalArgumentException().isThrownBy(() -> f.gatherRows(table, new long[] {-1}));
    }

    @Test
    void replacedRowsLeaveTheOriginalAsItWas() {
        Tensor x = count(3, 2);
        Tensor y = f.replaceRows(x, new long[] {2, 0}, f.floats(new float[] {-1, -2, -3, -4}, 2, 2));
        assertThat(y.toFloats()).containsExactly(-3, -4, 2, 3, -1, -2);
        assertThat(x.toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThatIllegalArgumentException().isThrownBy(() -> f.replaceRows(x, new long[] {3}, count(1, 2)));
        assertThatIllegalArgumentException().isThrownBy(() -> f.replaceRows(x, new long[] {0}, count(2, 2)));
    }

    @Test
    void castRoundsToNearestEvenAndWidensExactly() {
        float[] values = {0, 1, -1.5f, 1.00390625f, 1.01171875f, 65504, 3e38f, Float.NaN, Float.NEGATIVE_INFINITY, 1e-40f, 0.1f};
        Tensor x = f.floats(values, values.length);
        float[] halves = f.cast(x, DType.F16).toFloats();
        float[] brains = f.cast(x, DType.BF16).toFloats();
        assertThat(halves).startsWith(0, 1, -1.5f, 1.00390625f, 1.01171875f, 65504, Float.POSITIVE_INFINITY, Float.NaN,
                Float.NEGATIVE_INFINITY, 0, 0.099975586f);
        assertThat(brains).startsWith(0, 1, -1.5f, 1, 1.015625f);
        assertThat(f.cast(f.cast(x, DType.F64), DType.F32).toFloats()).isEqualTo(values);
        assertThat(f.cast(f.cast(x, DType.BF16), DType.F32).toFloats()).isEqualTo(brains);
        assertThat(f.cast(f.cast(x, DType.F16), DType.F32).toFloats()).isEqualTo(halves);
    }

    @Test
    void emptyTensorsPassThrough() {
        Tensor x = f.zeros(0, 4);
        assertThat(f.linear(x, f.zeros(3, 4), null).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(f.layerNorm(x, null, null, 1e-6f).shape()).isEqualTo(x.shape());
        assertThat(f.add(x, f.zeros(4)).shape()).isEqualTo(x.shape());
        assertThat(f.permute(x, 1, 0).shape()).isEqualTo(Shape.of(4, 0));
        assertThat(f.concat(0, x, f.zeros(1, 4)).shape()).isEqualTo(Shape.of(1, 4));
    }
}
