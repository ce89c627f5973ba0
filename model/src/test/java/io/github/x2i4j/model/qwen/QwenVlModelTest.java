package io.github.x2i4j.model.qwen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.llm.GenerationConfig;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.AnswerOptions;
import io.github.x2i4j.model.nn.BlockHook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QwenVlModelTest {
    private static final GenerationConfig GREEDY = new GenerationConfig(1.5f, new long[0]);
    private static final PatchGrid SQUARE = new PatchGrid(1, 4, 4);
    private static final PatchGrid WIDE = new PatchGrid(1, 6, 10);

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();
    private final QwenVlModel model = TinyQwen.model();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    private static Offset<Float> near() {
        return Offset.offset(2e-5f);
    }

    private Tensor tower(PixelPatches... items) {
        VisionInput in = VisionInput.of(f, List.of(items));
        return TinyQwen.tower().forward(f, in.pixels(), in.grids(), BlockHook.NONE);
    }

    private QwenVlModel.Input input(long[] ids, int tokens, PixelPatches... images) {
        long[] mask = new long[ids.length];
        Arrays.fill(mask, 0, tokens, 1);
        return new QwenVlModel.Input(ids, mask, VisionInput.of(f, List.of(images)), VisionInput.NONE, new float[0]);
    }

    @Test
    void picturesDoNotSeeOneAnother() {
        PixelPatches a = TinyQwen.pixels(WIDE, 1);
        PixelPatches b = TinyQwen.pixels(SQUARE, 2);

        Tensor both = tower(a, b);

        assertThat(both.rows(0, 15).toFloats()).containsExactly(tower(a).toFloats(), near());
        assertThat(both.rows(15, 19).toFloats()).containsExactly(tower(b).toFloats(), near());
    }

    /** Tokens whose output changes with a patch of token 4, at the right of the first row of a grid of 3 x 5 tokens. */
    private List<Integer> reachedByPatch16(VisionTower tower) {
        PixelPatches a = TinyQwen.pixels(WIDE, 1);
        float[] changed = a.values().clone();
        changed[16 * TinyQwen.config().vision().patchValues()] += 1;
        Tensor[] out = new Tensor[2];
        for (int k = 0; k < 2; k++) {
            VisionInput in = VisionInput.of(f, List.of(k == 0 ? a : new PixelPatches(changed, WIDE)));
            out[k] = tower.forward(f, in.pixels(), in.grids(), BlockHook.NONE);
        }
        List<Integer> reached = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            if (!Arrays.equals(out[0].row(i).toFloats(), out[1].row(i).toFloats())) {
                reached.add(i);
            }
        }
        return reached;
    }

    @Test
    void aPatchReachesItsWindowAloneWithoutAFullBlock() {
        assertThat(reachedByPatch16(TinyQwen.towerOfWindows())).containsExactly(4, 9);
    }

    @Test
    void aPatchReachesTheWholePictureThroughAFullBlock() {
        assertThat(reachedByPatch16(TinyQwen.tower())).hasSize(15);
    }

    @Test
    void timeStepsOfAVideoDoNotSeeOneAnother() {
        PixelPatches first = TinyQwen.pixels(SQUARE, 1);
        PixelPatches second = TinyQwen.pixels(SQUARE, 2);
        float[] joined = Arrays.copyOf(first.values(), 2 * first.values().length);
        System.arraycopy(second.values(), 0, joined, first.values().length, first.values().length);

        Tensor video = tower(new PixelPatches(joined, new PatchGrid(2, 4, 4)));

        assertThat(video.toFloats()).containsExactly(tower(first, second).toFloats(), near());
    }

    @Test
    void picturesTakeThePlacesOfTheirPlaceholders() {
        PixelPatches a = TinyQwen.pixels(SQUARE, 3);
        long i = TinyQwen.IMAGE;

        QwenVlModel.Output out = model.forward(f, input(new long[] {5, i, i, i, i, 6, 7}, 6, a), null, GREEDY, BlockHook.NONE);

        assertThat(out.hiddenStates().shape().toArray()).containsExactly(3, 7, 12);
        assertThat(out.hiddenStates().row(0).rows(1, 5).toFloats()).containsExactly(out.imageEmbeds().toFloats());
        assertThat(out.videoEmbeds()).isNull();
        assertThat(out.answer()).isNull();
    }

    @Test
    void frequenciesInBfloat16ReachVisionTowerDecoderAndAnswer() {
        PixelPatches a = TinyQwen.pixels(new PatchGrid(1, 8, 8), 3);
        long[] ids = new long[20];
        Arrays.fill(ids, 2, 18, TinyQwen.IMAGE);
        QwenVlModel rounded = model.with(RopeFrequencies.BFLOAT16);

        QwenVlModel.Output exact = model.forward(f, input(ids, 20, a), new AnswerOptions(3), GREEDY, BlockHook.NONE);
        QwenVlModel.Output other = rounded.forward(f, input(ids, 20, a), new AnswerOptions(3), GREEDY, BlockHook.NONE);
        assertThat(other.imageEmbeds().toFloats()).isNotEqualTo(exact.imageEmbeds().toFloats());
        assertThat(rounded.with(RopeFrequencies.FLOAT32).forward(f, input(ids, 20, a), null, GREEDY, BlockHook.NONE).hiddenStates().toFloats())
                .containsExactly(exact.hiddenStates().toFloats());
        assertThat(model.forward(f, input(ids, 20), null, GREEDY, BlockHook.NONE).hiddenStates().toFloats())
                .isNotEqualTo(rounded.forward(f, input(ids, 20), null, GREEDY, BlockHook.NONE).hiddenStates().toFloats());
    }

    @Test
    void placeholdersOfThePromptMustMatchThePictures() {
        PixelPatches a = TinyQwen.pixels(SQUARE, 3);
        long i = TinyQwen.IMAGE;

        assertThatThrownBy(() -> model.forward(f, input(new long[] {i, i, i, i, 6, i}, 6, a), null, GREEDY, BlockHook.NONE))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("5 placeholders for 4");
    }

    @Test
    void pixelsMustFitTheirGrids() {
        VisionInput wrong = new VisionInput(f.zeros(15, 24), List.of(SQUARE));

        assertThatThrownBy(() -> model.forward(f, new QwenVlModel.Input(new long[] {1}, new long[] {1}, wrong, VisionInput.NONE, new float[0]),
                null, GREEDY, BlockHook.NONE)).isInstanceOf(RuntimeException.class).hasMessageContaining("do not");
    }

    @Test
    void anAnswerFromThePromptDoesNotDependOnItsPadding() {
        int padRowSaysOtherwise = 0;
        for (long first = 1; first < 12; first++) {
            long[] ids = {first, 9, 14, 2};

            QwenVlModel.Output plain = model.forward(f, input(ids, 4), new AnswerOptions(5), GREEDY, BlockHook.NONE);
            long pad = plain.answer().ids()[0]; // were it counted as seen, the answer would change
            long[] padded = {first, 9, 14, 2, pad, pad, pad};
            QwenVlModel.Output right = model.forward(f, input(padded, 4), new AnswerOptions(5), GREEDY, BlockHook.NONE);
            QwenVlModel.Output parity = model.forward(f, input(padded, 4), new AnswerOptions(5, true), GREEDY, BlockHook.NONE);

            assertThat(right.answer().ids()).containsExactly(plain.answer().ids());
            assertThat(right.answer().hiddenStates().toFloats()).containsExactly(plain.answer().hiddenStates().toFloats(), near());
            assertThat(right.hiddenStates().dim(1)).isEqualTo(7);
            padRowSaysOtherwise += Arrays.equals(parity.answer().ids(), plain.answer().ids()) ? 0 : 1;
        }
        assertThat(padRowSaysOtherwise).isPositive();
    }

    @Test
    void anAnswerFromThePaddedPromptComesFromThePadRow() {
        QwenVlModel.Output right = model.forward(f, input(new long[] {5, 9, 14, 2, 25, 25, 25}, 4), new AnswerOptions(1, true), GREEDY,
                BlockHook.NONE);
        QwenVlModel.Output moved = model.forward(f, input(new long[] {5, 9, 14, 2, 25}, 4), new AnswerOptions(1, true), GREEDY, BlockHook.NONE);

        assertThat(right.answer().ids()).containsExactly(moved.answer().ids());
        assertThat(right.hiddenStates().row(2).row(6).toFloats()).containsExactly(right.hiddenStates().row(2).row(4).toFloats());
    }

    @Test
    void hooksSeeEveryBlockOfTowerAndDecoder() {
        List<String> seen = new ArrayList<>();
        BlockHook hook = (ops, place, streams, block) -> {
            seen.add(place.stack() + place.index());
            return block.apply(streams);
        };
        long i = TinyQwen.IMAGE;

        model.forward(f, input(new long[] {5, i, i, i, i, 6}, 6, TinyQwen.pixels(SQUARE, 3)), null, GREEDY, hook);

        assertThat(seen).containsExactly("blocks0", "blocks1", "layers0", "layers1");
    }
}
