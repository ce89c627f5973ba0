package io.github.x2i4j.model.memory;

import io.github.x2i4j.model.nn.BlockHook.Place;
import io.github.x2i4j.model.pipeline.CancelledException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Reads blocks of weights into memory on a thread of its own. All methods are called by the one thread that computes.
 *
 * <p>Reading is a service, not a condition: where it fails, the block is computed all the same and its pages are read then, or the
 * error is met there.
 */
final class ReadAhead implements BlockLoader {
    /** What is read before looking whether it is still wanted. */
    private static final long PIECE = 8 << 20;
    static final String THREAD = "x2i-read-ahead";

    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().name(THREAD).daemon().factory());
    private final Map<Place, Held> held = new HashMap<>();

    private record Held(Trace.Visit visit, Future<?> reading) {
    }

    @Override
    public void begin(Trace.Visit visit) {
        if (!held.containsKey(visit.place())) {
            held.put(visit.place(), new Held(visit, thread.submit(() -> read(visit))));
        }
    }

    private static void read(Trace.Visit visit) {
        for (Range r : visit.weights()) {
            for (long at = 0; at < r.length() && r.used() == r.length(); at += PIECE) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                r.load(at, PIECE);
            }
        }
    }

    @Override
    public void require(Trace.Visit visit) {
        begin(visit);
        try {
            held.get(visit.place()).reading.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        } catch (ExecutionException | CancellationException e) {
            return; // the computation meets the same error at the same place, and knows what it is
        }
    }

    @Override
    public boolean holds(Place place) {
        return held.containsKey(place);
    }

    @Override
    public void release(Place place) {
        Held h = held.remove(place);
        if (h != null) {
            end(h.reading);
            h.visit.weights().forEach(Range::unload);
        }
    }

    private void releaseAll() {
        for (Place place : held.keySet().toArray(Place[]::new)) {
            release(place);
        }
    }

    private void end(Future<?> reading) {
        if (!reading.isDone()) {
            reading.cancel(true);
            try {
                thread.submit(() -> { }).get(); // behind what still reads
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        releaseAll();
        thread.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (thread.awaitTermination(1, TimeUnit.DAYS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
