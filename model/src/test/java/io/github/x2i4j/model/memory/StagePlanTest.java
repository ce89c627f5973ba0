package io.github.x2i4j.model.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.model.memory.MemoryPlan.Mode;
import io.github.x2i4j.model.nn.BlockHook.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How a stage's weights are held within a limit. */
class StagePlanTest {
    private static final long MEGA = 1_000_000;
    private static final long FIXED = 300 * MEGA;
    private static final long TENSORS = 50 * MEGA;

    private static Range weight(long bytes) {
        return new Range(HostStorage.absent(bytes), 0, bytes, bytes, bytes / 2);
    }

    /** A stage whose blocks, of so many megabytes, are computed {@code passes} times; another weight is used outside. */
    private static Trace.Stage stage(int passes, long... blocks) {
        List<Trace.Visit> visits = new ArrayList<>();
        for (int pass = 0; pass < passes; pass++) {
            for (int i = 0; i < blocks.length; i++) {
                visits.add(new Trace.Visit(new Place("blocks", i, blocks.length), List.of(weight(blocks[i] * MEGA))));
            }
        }
        return new Trace.Stage("denoise", passes, visits, List.of(weight(5 * MEGA)), TENSORS, Medium.PAGES);
    }

    private static long held(int blocks) {
        return FIXED + TENSORS + 5 * MEGA + (blocks + 1) * 2 * Range.AROUND;
    }

    @Test
    void rangesThatTouchAreOneRunAndTablesOfWhichLittleIsReadAreNot() {
        HostStorage file = HostStorage.absent(1000 * MEGA);
        Range first = new Range(file, 4096, MEGA, MEGA, 1);
        Range next = new Range(file, 4096 + MEGA, MEGA, MEGA, 1);
        Range near = new Range(file, 4096 + 2 * MEGA + Range.AROUND, MEGA, MEGA, 1);
        Range far = new Range(file, 4096 + 3 * MEGA + 2 * Range.AROUND + 1, MEGA, MEGA, 1);
        assertThat(Range.runs(List.of(next, first))).isEqualTo(1);
        assertThat(Range.runs(List.of(near, next, first))).isEqualTo(1);
        assertThat(Range.runs(List.of(far, near, next, first))).isEqualTo(2);
        assertThat(Range.runs(List.of(first, new Range(HostStorage.absent(MEGA), 4096 + MEGA, MEGA, MEGA, 1)))).isEqualTo(2);
        assertThat(Range.runs(List.of(first, new Range(file, 4096 + MEGA, MEGA, 100, 1)))).isEqualTo(2);
        assertThat(Range.runs(List.of())).isZero();
    }

    @Test
    void allWeightsStayWhereTheyFit() {
        StagePlan plan = StagePlan.of(stage(2, 100, 100, 100), FIXED, held(3) + 300 * MEGA);
        assertThat(plan.mode()).isEqualTo(Mode.RESIDENT);
        assertThat(plan.bytes()).isEqualTo(held(3) + 300 * MEGA);
    }

    @Test
    void oneByteLessAndBlocksStreamInPairs() {
        StagePlan plan = StagePlan.of(stage(2, 100, 100, 100), FIXED, held(3) + 300 * MEGA - 1);
        assertThat(plan.mode()).isEqualTo(Mode.STREAMED);
        assertThat(plan.pinned()).isEmpty();
        assertThat(plan.bytes()).isEqualTo(held(3) + 200 * MEGA);
    }

    @Test
    void whatIsLeftOfTheLimitPinsBlocksSpreadEvenly() {
        long[] blocks = new long[12];
        java.util.Arrays.fill(blocks, 100);
        StagePlan plan = StagePlan.of(stage(2, blocks), FIXED, held(12) + 200 * MEGA + 400 * MEGA);
        assertThat(plan.pinned()).extracting(Place::index).containsExactlyInAnyOrder(2, 5, 8, 11);
        assertThat(plan.bytes()).isEqualTo(held(12) + 600 * MEGA);
    }

    @Test
    void blocksThatAreComputedOnceAreNotKept() {
        StagePlan plan = StagePlan.of(stage(1, 100, 100, 100, 100), FIXED, held(4) + 390 * MEGA);
        assertThat(plan.pinned()).isEmpty();
        assertThat(plan.bytes()).isEqualTo(held(4) + 200 * MEGA);
    }

    @Test
    void whereAPairDoesNotFitOneBlockIsInMemoryAtATime() {
        StagePlan plan = StagePlan.of(stage(2, 100, 60, 40), FIXED, held(3) + 159 * MEGA);
        assertThat(plan.mode()).isEqualTo(Mode.ONE_BY_ONE);
        assertThat(plan.bytes()).isEqualTo(held(3) + 100 * MEGA).isEqualTo(plan.least());
    }

    @Test
    void theLimitIsKeptOrNothingCouldKeepIt() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            long[] blocks = random.longs(random.nextInt(1, 20), 1, 200).toArray();
            Trace.Stage stage = stage(random.nextInt(1, 3), blocks);
            long limit = random.nextLong(3000 * MEGA);
            StagePlan plan = StagePlan.of(stage, FIXED, limit);
            if (plan.bytes() > limit) {
                assertThat(plan.least()).isGreaterThan(limit);
                assertThat(plan.bytes()).isEqualTo(plan.least());
            }
        }
    }
}
