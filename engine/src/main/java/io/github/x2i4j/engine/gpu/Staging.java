package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.memory.GiveBack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

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
        upload(to, List.of(from), new long[] {0}, 0, from.byteSize());
    }

    /**
     * Copies parts of the host's memory to one range of the device's, in as few transfers as they fit in.
     *
     * @param places where each part begins, counted from {@code to}; they rise, and what is between parts is undefined
     * @param first of the range's bytes from which on it is copied
     * @param last up to which, exclusive
     */
    void upload(long to, List<MemorySegment> parts, long[] places, long first, long last) {
        long begin = first;
        long end = first;
        int i = free();
        for (int p = 0; p < places.length; p++) {
            MemorySegment part = parts.get(p);
            long until = Math.min(last, places[p] + part.byteSize());
            for (long place = Math.max(first, places[p]); place < until; place = end) {
                if (place - begin >= BUFFER) {
                    send(i, to + begin, end - begin);
                    i = free();
                    begin = place;
                }
                long n = Math.min(BUFFER - (place - begin), until - place);
                MemorySegment.copy(part, place - places[p], buffers[i], place - begin, n);
                end = place + n;
            }
        }
        if (end > begin) {
            send(i, to + begin, end - begin);
        }
    }

    private void send(int i, long to, long bytes) {
        uses[i] = Use.UNTIL_DONE;
        api.copyToDevice(to, buffers[i].asSlice(0, bytes), stream);
        api.record(transferred[i], stream);
        uses[i] = Use.UNTIL_EVENT;
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
