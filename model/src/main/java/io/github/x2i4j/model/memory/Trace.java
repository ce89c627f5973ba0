package io.github.x2i4j.model.memory;

import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.model.nn.BlockHook.Place;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a rehearsal saw.
 *
 * @param stages in order
 * @param copies bytes of weights that were converted or gathered outside their file when they were opened
 */
record Trace(List<Stage> stages, long copies) {

    /**
     * A stage.
     *
     * @param visits blocks in the order in which they are computed, each as often as it is
     * @param loose weights that are used outside blocks
     * @param activations most memory of tensors, bytes
     * @param medium where the weights come to
     * @param steps number of denoising steps or pictures, 0 if the stage has none
     */
    record Stage(String name, int steps, List<Visit> visits, List<Range> loose, long activations, Medium medium) {
        /** Each block once, in order. */
        List<Visit> blocks() {
            Map<Place, Visit> distinct = new LinkedHashMap<>();
            visits.forEach(v -> distinct.putIfAbsent(v.place, v));
            return List.copyOf(distinct.values());
        }

        long looseBytes() {
            return loose.stream().mapToLong(Range::used).sum();
        }

        long blockBytes() {
            return blocks().stream().mapToLong(Visit::bytes).sum();
        }

        /** What is taken around weights, and stays when they go, at most. */
        long edgeBytes() {
            return medium.around(loose) + blocks().stream().mapToLong(v -> medium.around(v.weights)).sum();
        }

        /** Number of elements of all weights, as far as they are used. */
        long elements() {
            return Stream.concat(loose.stream(), blocks().stream().flatMap(v -> v.weights.stream()))
                    .mapToLong(r -> (long) ((double) r.elements() * r.used() / Math.max(1, r.length()))).sum();
        }

        /** All weights in memory. */
        long weightBytes() {
            return looseBytes() + blockBytes();
        }
    }

    /** A block that is computed with its weights. */
    record Visit(Place place, List<Range> weights) {
        long bytes() {
            return weights.stream().mapToLong(Range::used).sum();
        }
    }

    /** Gives the pages of all weight files back, also those that only opening the files has touched. */
    void unload() {
        Set<HostStorage> files = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Stage s : stages) {
            s.loose.forEach(r -> files.add(r.file()));
            s.blocks().forEach(v -> v.weights.forEach(r -> files.add(r.file())));
        }
        files.stream().map(HostStorage::segment).filter(MemorySegment::isMapped).forEach(MemorySegment::unload);
    }
}
