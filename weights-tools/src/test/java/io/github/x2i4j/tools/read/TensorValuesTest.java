package io.github.x2i4j.tools.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorValuesTest {
    /** A double that rounds to a float in the middle between two halves, but does not lie there itself. */
    @Test
    void doublesReachSixteenBitsAfterOneRounding() {
        double above = 1 + 0x1p-11 + 0x1p-40;
        assertThat(Float.floatToFloat16((float) above)).as("twice rounded").isEqualTo(Float.floatToFloat16(1f));
        assertThat(Float.float16ToFloat(Float.floatToFloat16(TensorValues.roundToOdd(above)))).isEqualTo(1 + 0x1p-10f);
        double below = 1 + 3 * 0x1p-11 - 0x1p-40;
        assertThat(Float.float16ToFloat(Float.floatToFloat16(TensorValues.roundToOdd(below)))).isEqualTo(1 + 0x1p-10f);
        assertThat(Float.float16ToFloat(Float.floatToFloat16(TensorValues.roundToOdd(-above)))).isEqualTo(-1 - 0x1p-10f);
        assertThat(TensorValues.roundToOdd(0.5)).isEqualTo(0.5f);
        assertThat(TensorValues.roundToOdd(Double.NaN)).isNaN();
        assertThat(Float.floatToFloat16(TensorValues.roundToOdd(1e300))).isEqualTo(Float.floatToFloat16(Float.POSITIVE_INFINITY));
        assertThat(Float.floatToFloat16(TensorValues.roundToOdd(5e-324))).isEqualTo((short) 0);
    }

    @Test
    void roundingToOddLiesBesideTheDoubleAndIsOddWhereInexact() {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            double d = random.nextGaussian() * Math.pow(2, random.nextInt(-120, 120));
            float f = TensorValues.roundToOdd(d);
            assertThat(f).isBetween(Math.nextDown((float) d), Math.nextUp((float) d));
            if (f != d) {
                assertThat(Float.floatToRawIntBits(f) & 1).isEqualTo(1);
                assertThat(Math.abs(f - d)).isLessThan(Math.ulp(f));
            }
        }
    }

    @Test
    void piecesAreTheTensor() {
        try (Arena arena = Arena.ofConfined()) {
            for (DType dtype : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
                MemorySegment s = arena.allocate(dtype.bytes(20));
                for (long i = 0; i < s.byteSize(); i++) {
                    s.set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) (i * 37 % 61));
                }
                Tensor t = Tensor.of(s, dtype, 20).rows(3, 20);
                float[] floats = new float[5];
                double[] doubles = new double[5];
                TensorValues.nearestFloats(t, 4, 5, floats, 0);
                TensorValues.doubles(t, 4, 5, doubles);
                for (int i = 0; i < 5; i++) {
                    assertThat(floats[i]).isEqualTo(t.getFloat(4 + i));
                    assertThat((float) doubles[i]).isEqualTo(t.getFloat(4 + i));
                }
            }
        }
    }
}
