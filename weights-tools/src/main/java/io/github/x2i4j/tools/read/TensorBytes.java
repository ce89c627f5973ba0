package io.github.x2i4j.tools.read;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.TensorInfo;
import io.github.x2i4j.tools.write.ByteSink;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** The bytes of a stored tensor as they are, of types that cannot be computed with too, in pieces of a few megabytes. */
public final class TensorBytes {
    private static final int PIECE = 4 << 20;

    private TensorBytes() {
    }

    /**
     * Gives all bytes of a tensor, row-major.
     *
     * @throws InvalidInputException if the file cannot be read or ends too early
     */
    public static void copy(Checkpoint checkpoint, TensorInfo tensor, ByteSink sink) throws IOException {
        if (tensor.offset() < 0) {
            MemorySegment all = checkpoint.tensor(tensor.name()).segment();
            for (long at = 0; at < all.byteSize(); at += PIECE) {
                sink.write(all.asSlice(at, Math.min(PIECE, all.byteSize() - at)).asByteBuffer());
            }
            return;
        }
        ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, tensor.bytes()));
        try (FileChannel channel = FileChannel.open(tensor.file(), StandardOpenOption.READ)) {
            for (long at = 0; at < tensor.bytes(); at += piece.limit()) {
                piece.clear().limit((int) Math.min(piece.capacity(), tensor.bytes() - at));
                long start = tensor.offset() + at;
                while (piece.hasRemaining()) {
                    if (read(tensor, channel, piece, start + piece.position()) < 0) {
                        throw new InvalidInputException(tensor.file() + ": ends at byte " + channel.size() + " while tensor " + tensor.name()
                                + " was read; it was changed meanwhile");
                    }
                }
                sink.write(piece.flip());
            }
        }
    }

    private static int read(TensorInfo tensor, FileChannel channel, ByteBuffer to, long position) {
        try {
            return channel.read(to, position);
        } catch (IOException e) {
            throw new InvalidInputException(tensor.file() + ": cannot be read at byte " + position + ": " + e.getMessage(), e);
        }
    }
}
