package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredBlocksTest {
    @TempDir
    Path temp;

    private Path file(String dtype, String shape, int bytes, String key, String type) throws IOException {
        String json = "{\"__metadata__\":{\"a\":\"b\",\"" + key + "\":\"" + type + "\",\"z\":\"y\"},\"w\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape
                + ",\"data_offsets\":[0," + bytes + "]}}";
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + header.length + bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header);
        all.putShort(Float.floatToFloat16(0.5f)).put((byte) 3);
        return Files.write(temp.resolve("w.safetensors"), all.array());
    }

    @Test
    void bytesBecomeTheBlocksThatTheMetadataNames() throws IOException {
        try (Checkpoint c = Checkpoints.open(file("U8", "[2,68]", 136, "x2i4j.blocks.w", "Q8_0"))) {
            assertThat(c.tensors().get("w").dtype()).isEqualTo("Q8_0");
            assertThat(c.tensor("w").dtype()).isEqualTo(DType.Q8_0);
            assertThat(c.tensor("w").shape().toArray()).containsExactly(2, 64);
            assertThat(c.tensor("w").getFloat(0)).isEqualTo(1.5f);
        }
    }

    @Test
    void withoutMetadataBytesAreBytes() throws IOException {
        try (Checkpoint c = Checkpoints.open(file("U8", "[2,68]", 136, "x2i4j.block", "Q8_0"))) {
            assertThat(c.tensor("w").dtype()).isEqualTo(DType.U8);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            U8  | [2,68]  | x2i4j.blocks.v | Q8_0  | speaks of a tensor that is not there
            U8  | [2,68]  | x2i4j.blocks.w | Q9    | the type Q9, which there is not
            U8  | [2,68]  | x2i4j.blocks.w | F32   | the type F32, which there is not
            U8  | [2,68]  | x2i4j.blocks.w | Q8_1  | the type Q8_1, which there is not
            U8  | [68,2]  | x2i4j.blocks.w | Q8_0  | no rows of a whole number of 34 bytes
            I8  | [2,68]  | x2i4j.blocks.w | Q8_0  | no rows of a whole number of 34 bytes
            U8  | [136]   | x2i4j.blocks.w | Q4_K  | no rows of a whole number of 144 bytes
            """)
    void metadataThatDoesNotFitIsAnError(String dtype, String shape, String key, String type, String message) throws IOException {
        Path file = file(dtype, shape, 136, key, type);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }
}
