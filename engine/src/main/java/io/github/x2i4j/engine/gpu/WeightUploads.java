package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.BlockUploads;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Mapped;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.GiveBack;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Uploads blocks on a stream and threads of their own. The stream waits for the ops that used a slot before, the ops wait for the
 * stream; the threads wait for their pinned buffers only. One thread copies slower than the device takes, so several share a block.
 */
final class WeightUploads implements BlockUploads {
    static final String THREAD = "x2i-upload";
    private static final int THREADS = 4;
    /** Bytes of a block that a thread copies at a time. */
    private static final long RANGE = 4 * Staging.BUFFER;

    private final Gpu gpu;
    private final CudaApi api;
    private final long slotBytes;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().name(THREAD).daemon().factory());
    private final BlockingQueue<Staging> stagings = new ArrayBlockingQueue<>(THREADS);
    private final List<Slot> slots = new ArrayList<>();
    private final ArrayDeque<Slot> idle = new ArrayDeque<>();
    private final List<Uploading> blocks = new ArrayList<>();
    private long stream;

    /** Memory for a block, and the events that order its uses. */
    private static final class Slot {
        final Block memory;
        final boolean shared;
        long uploaded;
        long used;
        boolean usedBefore;

        Slot(Block memory, boolean shared) {
            this.memory = memory;
            this.shared = shared;
        }
    }

    /** @param slotBytes bytes of the largest block that does not stay */
    WeightUploads(Gpu gpu, CudaApi api, long slotBytes) {
        this.gpu = gpu;
        this.api = api;
        this.slotBytes = slotBytes;
        try {
            stream = api.createStream();
            for (int i = 0; i < THREADS; i++) {
                stagings.add(new Staging(api, stream));
            }
        } catch (Throwable t) {
            GiveBack.after(t, this::close);
            throw t;
        }
    }

    @Override
    public Upload begin(List<Piece> weights, boolean stays) {
        return gpu.exclusively(() -> {
            Slot slot = stays || idle.isEmpty() ? slot(stays ? BlockUploads.bytes(weights) : slotBytes, !stays) : idle.poll();
            if (slot.usedBefore) {
                api.await(stream, slot.used);
            }
            Uploading block = new Uploading(weights, slot);
            blocks.add(block);
            return block;
        });
    }

    private Slot slot(long bytes, boolean shared) {
        Slot slot = new Slot(gpu.allocate(bytes), shared);
        slots.add(slot);
        slot.uploaded = api.createEvent();
        slot.used = api.createEvent();
        return slot;
    }

    private void free(Slot slot) {
        slots.remove(slot);
        GiveBack.all(() -> destroy(slot.uploaded), () -> destroy(slot.used), slot.memory::free);
    }

    private void destroy(long event) {
        if (event != 0) {
            api.destroyEvent(event);
        }
    }

    /** A block in its slot. */
    private final class Uploading implements Upload {
        private final List<Piece> weights;
        private final long[] places;
        private final Slot slot;
        private final List<Future<?>> work = new ArrayList<>();
        private boolean installed;
        private volatile boolean abandoned;

        Uploading(List<Piece> weights, Slot slot) {
            this.weights = weights;
            this.slot = slot;
            places = new long[weights.size()];
            long at = 0;
            for (int i = 0; i < places.length; i++) {
                places[i] = at;
                at += Math.ceilDiv(weights.get(i).bytes(), ALIGNMENT) * ALIGNMENT;
            }
            for (long first = 0; first < at; first += RANGE) {
                long from = first;
                work.add(threads.submit(() -> upload(from, from + RANGE)));
            }
        }

        private void upload(long first, long last) {
            if (abandoned) {
                return;
            }
            gpu.makeCurrent();
            Tensor[] files = weights.stream().map(w -> new Tensor(DType.U8, Shape.of(w.storage().byteSize()), w.storage(), 0))
                    .toArray(Tensor[]::new);
            // There are as many as threads.
            Staging staging = stagings.remove();
            try {
                Mapped.reading(() -> {
                    List<MemorySegment> parts = weights.stream().map(w -> w.storage().segment().asSlice(w.offset(), w.bytes())).toList();
                    staging.upload(slot.memory.address(), parts, places, first, last);
                    return null;
                }, files);
            } finally {
                stagings.add(staging);
            }
        }

        @Override
        public void require() {
            if (installed) {
                return;
            }
            join();
            gpu.exclusively(() -> {
                api.record(slot.uploaded, stream);
                gpu.install(weights, slot.memory.address(), places, slot.uploaded);
                return null;
            });
            installed = true;
        }

        /** Waits until all of the upload is given to the stream. */
        private void join() {
            try {
                for (Future<?> range : work) {
                    range.get();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new X2iException("stopped while weights were uploaded", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e.getCause());
            }
        }

        @Override
        public void release() {
            blocks.remove(this);
            settle();
            gpu.exclusively(() -> {
                if (installed) {
                    gpu.uninstall(weights, slot.memory.address(), places, slot.used);
                    slot.usedBefore = true;
                }
                if (slot.shared) {
                    idle.add(slot);
                } else {
                    free(slot);
                }
                return null;
            });
        }

        /** Waits for the threads, whatever came of their work. */
        private void settle() {
            boolean interrupted = false;
            abandoned = true;
            for (Future<?> range : work) {
                while (!range.isDone()) {
                    try {
                        range.get();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    } catch (ExecutionException e) {
                        break; // nobody asks for the block any more
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        blocks.forEach(b -> b.abandoned = true);
        threads.close();
        gpu.alone(() -> GiveBack.all(() -> {
            blocks.stream().filter(b -> b.installed).forEach(b -> gpu.uninstall(b.weights, b.slot.memory.address(), b.places, 0));
            blocks.clear();
            idle.clear();
        }, () -> GiveBack.each(List.copyOf(slots), this::free), () -> GiveBack.each(stagings, Staging::close), () -> {
            stagings.clear();
            if (stream != 0) {
                api.destroyStream(stream);
                stream = 0;
            }
        }));
    }
}
