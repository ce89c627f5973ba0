package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.memory.GiveBack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Carries bytes between the host and the device through two pinned buffers: while one is being transferred, the CPU fills the
 * other. The device never reads a mapped file itself, so a file that was cut short is an error of the reading thread.
 */
final class Staging implements AutoCloseable {
    /** Bytes of a buffer. */
    static final long BUFFER = 8L << 20;

    private final CudaApi api;
    private final long stream;
    private final MemorySegment[] buffers = new MemorySegment[2];
    private final long[] transferred = new long[2];
    private final Use[] uses = {Use.IDLE, Use.IDLE};
    private int next;

    /** Whether the device may still touch a buffer: not, until its event, or until the stream is done. */
    private enum Use { IDLE, UNTIL_EVENT, UNTIL_DONE }

    /** @param stream that transfers are given to */
    Staging(CudaApi api, long stream) {
        this.api = api;
        this.stream = stream;
        try {
            for (int i = 0; i < 2; i++) {
                buffers[i] = api.allocatePinned(BUFFER);
                transferred[i] = api.createEvent();
            }
        } catch (Throwable t) {
            GiveBack.after(t, this::close);
            throw t;
        }
    }

    void upload(long to, MemorySegment from) {
        for (long at = 0; at < from.byteSize(); at += BUFFER) {
            long n = Math.min(BUFFER, from.byteSize() - at);
            int i = free();
            MemorySegment.copy(from, at, buffers[i], 0, n);
            uses[i] = Use.UNTIL_DONE;
            api.copyToDevice(to + at, buffers[i].asSlice(0, n), stream);
            api.record(transferred[i], stream);
            uses[i] = Use.UNTIL_EVENT;
        }
    }

    MemorySegment download(long from, long bytes) {
        MemorySegment to = Arena.ofAuto().allocate(bytes, 64);
        for (long at = 0; at < bytes; at += BUFFER) {
            long n = Math.min(BUFFER, bytes - at);
            int i = free();
            uses[i] = Use.UNTIL_DONE;
            api.copyToHost(buffers[i].asSlice(0, n), from + at, stream);
            api.synchronize(stream);
            uses[i] = Use.IDLE;
            MemorySegment.copy(buffers[i], 0, to, at, n);
        }
        return to.asReadOnly();
    }

    /** The buffer whose transfer began longer ago, when it is done. */
    private int free() {
        int i = next;
        next = 1 - next;
        wait(i);
        return i;
    }

    private void wait(int i) {
        switch (uses[i]) {
            case UNTIL_EVENT -> api.synchronizeEvent(transferred[i]);
            case UNTIL_DONE -> api.synchronize(stream);
            case IDLE -> {
                return;
            }
        }
        uses[i] = Use.IDLE;
    }

    @Override
    public void close() {
        GiveBack.all(() -> close(0), () -> close(1));
    }

    private void close(int i) {
        GiveBack.all(() -> wait(i), () -> {
            if (transferred[i] != 0) {
                api.destroyEvent(transferred[i]);
            }
        }, () -> {
            if (buffers[i] != null) {
                api.freePinned(buffers[i]);
            }
        });
    }
}
