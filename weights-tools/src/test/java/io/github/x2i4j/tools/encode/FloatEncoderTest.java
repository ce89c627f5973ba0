package io.github.x2i4j.tools.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatEncoderTest {
    private static ByteBuffer encode(DType dtype, float... values) {
        ByteBuffer to = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        FloatEncoder.of(dtype).encode(values, 0, values.length, to);
        return to.flip();
    }

    private static float bf16(float v) {
        return Float.intBitsToFloat(encode(DType.BF16, v).getShort() << 16);
    }

    @Test
    void bf16IsTheNearestAndTiesGoToTheEvenOne() {
        assertThat(bf16(1 + 1f / 256)).isEqualTo(1);                                  // a tie below an even number
        assertThat(bf16(1 + 3f / 256)).isEqualTo(1 + 4f / 256);                       // a tie above an odd one
        assertThat(bf16(Math.nextUp(1 + 1f / 256))).isEqualTo(1 + 2f / 256);
        assertThat(bf16(Float.MAX_VALUE)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(bf16(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(bf16(Float.intBitsToFloat(0x7F800001))).isNaN();                   // not rounded to infinity
        assertThat(Float.floatToRawIntBits(bf16(-0f))).isEqualTo(0x80000000);
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            float v = Float.intBitsToFloat(random.nextInt());
            if (Float.isFinite(v) && Math.abs(v) < 1e38) {
                float below = Float.intBitsToFloat(Float.floatToRawIntBits(v) & 0xFFFF0000);
                float away = Float.intBitsToFloat((Float.floatToRawIntBits(v) & 0xFFFF0000) + 0x10000);
                double nearest = Math.min(Math.abs((double) v - below), Math.abs((double) v - away));
                assertThat(Math.abs((double) v - bf16(v))).isEqualTo(nearest);
            }
        }
    }

    @Test
    void f16AndF32AreTheirLittleEndianBits() {
        assertThat(encode(DType.F16, 1, -2).array()).startsWith(0, 0x3C, 0, 0xC0);
        assertThat(encode(DType.F32, 1).array()).startsWith(0, 0, 0x80, 0x3F);
    }

    @Test
    void whatIsNeverWrittenIsRefused() {
        assertThatThrownBy(() -> FloatEncoder.of(DType.I8)).isExactlyInstanceOf(UnsupportedFeatureException.class);
    }
}
