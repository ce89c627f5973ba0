package io.github.x2i4j.tools.compare;

import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.read.TensorBytes;
import io.github.x2i4j.tools.write.WriteProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A hash of what a checkpoint holds, whatever file format and number of files it is in.
 *
 * <p>Each tensor has the SHA-256 of its data, row-major, little endian. The whole has the SHA-256 of one line for each tensor, sorted
 * by the UTF-8 bytes of their names: name, dtype, shape as {@code [3072, 64]} and the tensor's hash, separated by tabs, ended by a
 * line feed. Metadata does not count.
 *
 * @param whole of all tensors, 64 hexadecimal digits
 * @param tensors of each, by name, in that order
 */
public record ContentHash(String whole, Map<String, String> tensors) {
    /** Hashes all tensors of a checkpoint. */
    public static ContentHash of(Checkpoint checkpoint, Progress progress) {
        WriteProgress read = new WriteProgress(progress, "hash", checkpoint.tensors().values().stream().mapToLong(TensorInfo::bytes).sum());
        Map<String, String> hashes = new LinkedHashMap<>();
        MessageDigest whole = sha256();
        checkpoint.tensors().values().stream().sorted((a, b) -> Arrays.compareUnsigned(utf8(a.name()), utf8(b.name()))).forEach(t -> {
            String hash = of(checkpoint, t, read::advance);
            hashes.put(t.name(), hash);
            whole.update(utf8(t.name() + "\t" + t.dtype() + "\t" + t.shape() + "\t" + hash + "\n"));
        });
        read.finish();
        return new ContentHash(HexFormat.of().formatHex(whole.digest()), hashes);
    }

    /** The SHA-256 of one tensor's data. */
    static String of(Checkpoint checkpoint, TensorInfo t, LongConsumer read) {
        MessageDigest one = sha256();
        try {
            TensorBytes.copy(checkpoint, t, piece -> {
                read.accept(piece.remaining());
                one.update(piece);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(one.digest());
    }

    private static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
