package io.github.x2i4j.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlocksTest {
    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private Tensor run(BlockHook hook, int count, Tensor x) {
        return Blocks.run(f, hook, "blocks", count, List.of(x), (b, i, s) -> List.of(b.affine(s.getFirst(), 10, i))).getFirst();
    }

    @Test
    void eachBlockTakesInWhatTheOneBeforeGave() {
        assertThat(run(BlockHook.NONE, 3, f.floats(new float[] {1}, 1)).toFloats()).containsExactly(1012);
    }

    @Test
    void noBlocksGiveTheStreamsAsTheyAre() {
        Tensor x = f.floats(new float[] {1}, 1);
        assertThat(run(BlockHook.NONE, 0, x)).isSameAs(x);
    }

    @Test
    void onlyTheNewestStreamsStayInMemory() {
        List<Tensor> seen = new ArrayList<>();
        BlockHook remember = (g, place, streams, block) -> {
            List<Tensor> out = block.apply(streams);
            seen.add(out.getFirst());
            return out;
        };
        Tensor first = f.floats(new float[] {1}, 1);
        Tensor last = run(remember, 4, first);
        assertThat(seen).hasSize(4);
        for (Tensor t : seen.subList(0, 3)) {
            assertThatThrownBy(t::toFloats).isInstanceOf(IllegalStateException.class);
        }
        assertThat(last).isSameAs(seen.getLast());
        assertThat(last.toFloats()).containsExactly(10123);
        assertThat(first.toFloats()).as("what the caller passed in stays his").containsExactly(1);
    }

    @Test
    void aHookMaySkipBlocks() {
        BlockHook skip = (g, place, streams, block) -> place.index() >= 1 && place.index() <= 2 ? streams : block.apply(streams);
        assertThat(run(skip, 4, f.floats(new float[] {1}, 1)).toFloats()).containsExactly(103);
    }

    @Test
    void aHookMayReplaceWhatGoesInAndWhatComesOut() {
        BlockHook shift = (g, place, streams, block) ->
                List.of(g.affine(block.apply(List.of(g.affine(streams.getFirst(), 1, 1))).getFirst(), 1, -7));
        assertThat(run(shift, 2, f.floats(new float[] {1}, 1)).toFloats()).containsExactly(((1 + 1) * 10 - 7 + 1) * 10 + 1 - 7);
    }

    @Test
    void hooksNestOutermostFirst() {
        List<String> calls = new ArrayList<>();
        BlockHook outer = (g, place, streams, block) -> {
            calls.add("outer " + place.index());
            return block.apply(streams);
        };
        BlockHook inner = (g, place, streams, block) -> {
            calls.add("inner " + place.index() + " of " + place.count() + " in " + place.stack());
            return block.apply(streams);
        };
        run(outer.around(inner), 2, f.floats(new float[] {1}, 1));
        assertThat(calls).containsExactly("outer 0", "inner 0 of 2 in blocks", "outer 1", "inner 1 of 2 in blocks");
    }

    @Test
    void whatAHookThrowsEndsTheRun() {
        BlockHook fail = (g, place, streams, block) -> {
            if (place.index() == 1) {
                throw new IllegalArgumentException("stop");
            }
            return block.apply(streams);
        };
        Tensor x = f.floats(new float[] {1}, 1);
        assertThatThrownBy(() -> run(fail, 3, x)).hasMessage("stop");
        assertThat(run(BlockHook.NONE, 1, x).toFloats()).containsExactly(10);
    }
}
