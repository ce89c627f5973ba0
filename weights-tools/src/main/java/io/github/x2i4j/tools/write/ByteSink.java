package io.github.x2i4j.tools.write;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bytes of a tensor, piece by piece. */
@FunctionalInterface
public interface ByteSink {
    /** Takes everything between the buffer's position and limit. */
    void write(ByteBuffer bytes) throws IOException;
}
