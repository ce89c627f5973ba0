package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.BlockUploads;
import io.github.x2i4j.engine.BlockUploads.Upload;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.model.nn.BlockHook.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Brings the blocks of a stage to a GPU. */
final class DeviceLoader implements BlockLoader {
    private final StagePlan plan;
    private final BlockUploads uploads;
    private final Map<Place, Upload> held = new HashMap<>();

    DeviceLoader(Engine engine, StagePlan plan) {
        this.plan = plan;
        uploads = engine.uploads(plan.stage().blocks().stream().filter(v -> !plan.pinned().contains(v.place()))
                .mapToLong(v -> BlockUploads.bytes(pieces(v))).max().orElse(0));
    }

    /** Bytes of the device that a stage's blocks take when all are there. */
    static long bytes(StagePlan plan) {
        return plan.stage().blocks().stream().mapToLong(v -> BlockUploads.bytes(pieces(v))).sum();
    }

    private static List<BlockUploads.Piece> pieces(Trace.Visit visit) {
        return visit.weights().stream().map(Range::piece).toList();
    }

    @Override
    public void begin(Trace.Visit visit) {
        held.computeIfAbsent(visit.place(), p -> uploads.begin(pieces(visit), plan.pinned().contains(p)));
    }

    @Override
    public void require(Trace.Visit visit) {
        begin(visit);
        held.get(visit.place()).require();
    }

    @Override
    public boolean holds(Place place) {
        return held.containsKey(place);
    }

    @Override
    public void release(Place place) {
        Upload upload = held.remove(place);
        if (upload != null) {
            upload.release();
        }
    }

    @Override
    public void close() {
        held.clear();
        uploads.close();
    }
}
