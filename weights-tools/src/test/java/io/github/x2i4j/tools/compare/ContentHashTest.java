package io.github.x2i4j.tools.compare;

import static io.github.x2i4j.tools.WeightFiles.raw;
import static io.github.x2i4j.tools.WeightFiles.tensor;
import static io.github.x2i4j.tools.WeightFiles.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.convert.Shards;
import io.github.x2i4j.tools.write.OutputTensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentHashTest {
    private static final OutputTensor A = tensor("a", DType.F32, i -> i, 2, 3);
    private static final OutputTensor B = raw("b", "U64", new byte[24], 3);

    @TempDir
    Path temp;

    private ContentHash hash(Path file) {
        try (Checkpoint c = Checkpoints.open(file)) {
            return ContentHash.of(c, Progress.NONE);
        }
    }

    private String whole(String name, OutputTensor... tensors) {
        return hash(write(temp.resolve(name), tensors)).whole();
    }

    @Test
    void itIsWhatTheDocumentationSays() throws Exception {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        String zeros = HexFormat.of().formatHex(sha.digest(new byte[24]));
        ContentHash hash = hash(write(temp.resolve("w"), B));
        assertThat(hash.tensors()).containsOnlyKeys("b").containsValue(zeros);
        assertThat(hash.whole()).isEqualTo(HexFormat.of().formatHex(sha.digest(("b\tU64\t[3]\t" + zeros + "\n").getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void orderShardsAndMetadataDoNotCount() {
        String one = whole("one", A, B);
        assertThat(whole("other", B, A)).isEqualTo(one);
        Shards.split(temp.resolve("one"), temp.resolve("shards"), 24, Progress.NONE);
        assertThat(hash(temp.resolve("shards")).whole()).isEqualTo(one);
    }

    @Test
    void namesTypesShapesAndDataCount() {
        assertThat(java.util.List.of(whole("1", A), whole("2", A.named("A")), whole("3", tensor("a", DType.F32, i -> i, 3, 2)),
                whole("4", tensor("a", DType.F32, i -> i == 5 ? 6 : i, 2, 3)), whole("5", raw("a", "U32", new byte[24], 2, 3)),
                whole("6", raw("a", "I32", new byte[24], 2, 3)), whole("7"))).doesNotHaveDuplicates();
    }
}
