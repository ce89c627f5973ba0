package io.github.x2i4j.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockDecoderTest {
    record Vector(DType dtype, byte[] bytes, float[] values) {
        @Override
        public String toString() {
            return dtype.name();
        }
    }

    static Stream<Vector> vectors() throws IOException {
        try (InputStream in = BlockDecoderTest.class.getResourceAsStream("block-vectors.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().filter(l -> !l.startsWith("#")).map(l -> {
                String[] parts = l.split(" ");
                ByteBuffer bits = ByteBuffer.wrap(HexFormat.of().parseHex(parts[2]));
                float[] values = new float[bits.remaining() / 4];
                bits.asFloatBuffer().get(values);
                return new Vector(DType.valueOf(parts[0]), HexFormat.of().parseHex(parts[1]), values);
            }).toList().stream();
        }
    }

    @Test
    void everyTypeThatHasADecoderHasAVector() throws IOException {
        Set<DType> decoded = EnumSet.allOf(DType.class);
        decoded.removeIf(t -> !BlockDecoder.has(t));
        assertThat(vectors().map(Vector::dtype).collect(Collectors.toSet())).isEqualTo(decoded).hasSize(12);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decodesToTheReferencesBits(Vector v) {
        int blocks = v.values.length / v.dtype.blockElements();
        float[] to = new float[v.values.length + 3];
        byte[] shifted = new byte[v.bytes.length + 5];
        System.arraycopy(v.bytes, 0, shifted, 5, v.bytes.length);
        BlockDecoder.of(v.dtype).decode(shifted, 5, blocks, to, 3);
        assertThat(bits(Arrays.copyOfRange(to, 3, to.length))).containsExactly(bits(v.values));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void tensorsGiveTheSameValuesOneByOneAndAllTogether(Vector v) {
        Tensor t = Tensor.of(MemorySegment.ofArray(v.bytes), v.dtype, v.values.length);
        assertThat(t.byteSize()).isEqualTo(v.bytes.length);
        assertThat(bits(t.toFloats())).containsExactly(bits(v.values));
        for (int i = 0; i < v.values.length; i += 7) {
            assertThat(Float.floatToIntBits(t.getFloat(i))).isEqualTo(Float.floatToIntBits(v.values[i]));
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void aScaleMultipliesEveryValue(Vector v) {
        Tensor t = Tensor.of(MemorySegment.ofArray(v.bytes), v.dtype, v.values.length).scaledBy(0.3f);
        float[] expected = v.values.clone();
        for (int i = 0; i < expected.length; i++) {
            expected[i] *= 0.3f;
        }
        assertThat(bits(t.toFloats())).containsExactly(bits(expected));
        assertThat(Float.floatToIntBits(t.getFloat(1))).isEqualTo(Float.floatToIntBits(expected[1]));
        assertThat(t.reshape(1, -1).rows(0, 1).scale()).isEqualTo(0.3f);
    }

    @Test
    void plainTypesHaveNoDecoder() {
        assertThatThrownBy(() -> BlockDecoder.of(DType.F32)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("F32");
        assertThatThrownBy(() -> DType.Q4_K.bytes(100)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Q4_K");
    }

    /** One pattern for every NaN. */
    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToIntBits(values[i]);
        }
        return bits;
    }
}
