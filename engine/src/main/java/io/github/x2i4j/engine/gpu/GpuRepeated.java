package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DeviceStorage;
import io.github.x2i4j.engine.Repeated;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.memory.Block;
import io.github.x2i4j.engine.memory.GiveBack;
import io.github.x2i4j.engine.memory.MemoryPool;
import java.util.ArrayList;
import java.util.List;

/**
 * Work whose second run is captured as a graph, which later runs launch. All of its memory comes from a pool of its own that gives
 * nothing back, so the addresses that the graph knows are nobody else's, and after the first run nothing is allocated.
 *
 * <p>Runs are given to the device two ahead of what it has done, at most, so that who watches progress is told of steps not much too early.
 */
final class GpuRepeated implements Repeated {
    private static final int AHEAD = 2;

    private final Gpu gpu;
    private final Work work;
    private final MemoryPool memory;
    private final List<Tensor> fixed = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final long[] done = new long[AHEAD];
    private GpuScope results;
    private Tensor result;
    private long runs;
    private long graph;
    /** Why there is no graph, or null. */
    private String obstacle;

    GpuRepeated(Gpu gpu, Work work) {
        this.gpu = gpu;
        this.work = work;
        memory = gpu.exclusively(gpu.memory()::openOwn);
    }

    @Override
    public Tensor run(Tensor... inputs) {
        return gpu.exclusively(() -> {
            int turn = (int) (runs % AHEAD);
            if (runs == 0) {
                begin(inputs);
            } else if (runs >= AHEAD) {
                gpu.api().synchronizeEvent(done[turn]);
            }
            for (int i = 0; i < inputs.length; i++) {
                take(inputs[i], fixed.get(i));
            }
            if (graph != 0) {
                gpu.graphs().launch(graph);
            } else if (runs == 0) {
                obstacle = gpu.graphs().watch(this::compute);
                if (gpu.isImagined()) {
                    obstacle = "nothing is computed";
                }
            } else if (obstacle != null || !capture()) {
                compute();
            }
            runs++;
            gpu.record(done[turn]);
            return result;
        });
    }

    private void begin(Tensor... inputs) {
        for (int i = 0; i < AHEAD; i++) {
            done[i] = gpu.api().createEvent();
        }
        for (Tensor t : inputs) {
            Block block = memory.acquire(t.byteSize());
            blocks.add(block);
            fixed.add(new Tensor(t.dtype(), t.shape(), new DeviceStorage(block.address(), t.byteSize(), gpu::read), 0));
        }
    }

    private void take(Tensor input, Tensor place) {
        if (Gpu.isNarrow(input)) {
            GpuElementwise.convert(gpu, input, gpu.address(place), place.dtype());
        } else {
            gpu.copy(gpu.address(place), gpu.address(input), input.byteSize());
        }
    }

    private void compute() {
        closeResults();
        results = new GpuScope(gpu, null);
        result = gpu.memory().within(memory, () -> work.run(results, fixed));
    }

    /** Notes a run as a graph and launches it; false, with the reason noted and nothing done, where that cannot be. */
    private boolean capture() {
        try {
            graph = gpu.graphs().capture(this::compute);
        } catch (Graphs.NotCapturable e) {
            obstacle = e.getMessage();
            return false;
        }
        gpu.graphs().launch(graph);
        return true;
    }

    @Override
    public String how() {
        return graph != 0 ? "replayed as one graph" : "given to the GPU op by op" + (obstacle == null ? "" : ": " + obstacle);
    }

    private void closeResults() {
        if (results != null) {
            results.close();
            results = null;
        }
    }

    @Override
    public void close() {
        gpu.alone(() -> GiveBack.all(this::closeResults, () -> {
            if (graph != 0) {
                gpu.graphs().destroy(graph);
                graph = 0;
            }
        }, () -> destroy(0), () -> destroy(1), () -> fixed.forEach(t -> t.storage().release()), () -> gpu.memory().closeOwn(memory)));
    }

    private void destroy(int i) {
        if (done[i] != 0) {
            gpu.api().destroyEvent(done[i]);
            done[i] = 0;
        }
    }
}
