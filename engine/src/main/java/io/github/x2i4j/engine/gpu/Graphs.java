package io.github.x2i4j.engine.gpu;

/** Graphs of a stream's work, and what keeps work from becoming one. Guarded by the {@link Gpu} that owns it. */
final class Graphs {
    /** {@code CUDA_ERROR_NOT_SUPPORTED} */
    private static final int NOT_SUPPORTED = 801;
    /** {@code CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED}, the first of those that are about capture alone. */
    private static final int CAPTURE_ERRORS = 900;

    private final CudaApi api;
    private final long stream;
    private int count;
    private boolean capturing;
    private String obstacle;

    /** Work cannot become a graph, for a reason; it goes on without. */
    static final class NotCapturable extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotCapturable(String reason) {
            super(reason);
        }
    }

    Graphs(CudaApi api, long stream) {
        this.api = api;
        this.stream = stream;
    }

    /** Tells that work does what no graph does, in its first run or in any. */
    void never(String reason) {
        firstRunOnly(reason);
        obstacle = reason;
    }

    /** Tells that work does what no graph does, though it may in its first run. */
    void firstRunOnly(String reason) {
        if (capturing) {
            throw new NotCapturable(reason);
        }
    }

    /** Whether there are any: what they know must stay where it is. */
    boolean any() {
        return count > 0;
    }

    /** Does some work and tells why it could not become a graph, or null. */
    String watch(Runnable work) {
        obstacle = null;
        work.run();
        return obstacle;
    }

    /** Notes work that is given to the stream, instead of doing it. */
    long capture(Runnable work) {
        api.beginCapture(stream);
        capturing = true;
        try {
            work.run();
        } catch (Throwable t) {
            capturing = false;
            abandon(t);
            throw t;
        }
        capturing = false;
        long graph;
        try {
            graph = api.endCapture(stream);
        } catch (CudaException e) {
            throw declines(e) ? new NotCapturable("the device takes no graph of it: " + e.getMessage()) : e;
        }
        count++;
        return graph;
    }

    /** Ends noting after a failure, which may have been that the work cannot be noted. */
    private void abandon(Throwable cause) {
        try {
            api.destroyGraph(api.endCapture(stream));
        } catch (CudaException e) {
            if (declines(e) && cause instanceof CudaException) {
                throw new NotCapturable("the device takes no graph of it: " + cause.getMessage());
            }
            cause.addSuppressed(e);
        }
    }

    private static boolean declines(CudaException e) {
        return e.status() == CudaException.OUT_OF_MEMORY || e.status() == NOT_SUPPORTED
                || e.status() >= CAPTURE_ERRORS && e.status() < CAPTURE_ERRORS + 10;
    }

    void launch(long graph) {
        api.launchGraph(graph, stream);
    }

    void destroy(long graph) {
        count--;
        api.destroyGraph(graph);
    }
}
