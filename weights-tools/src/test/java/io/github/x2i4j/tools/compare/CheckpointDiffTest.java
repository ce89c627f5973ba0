package io.github.x2i4j.tools.compare;

import static io.github.x2i4j.tools.WeightFiles.raw;
import static io.github.x2i4j.tools.WeightFiles.tensor;
import static io.github.x2i4j.tools.WeightFiles.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.write.OutputTensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDiffTest {
    @TempDir
    Path temp;

    private CheckpointDiff diff(List<OutputTensor> first, List<OutputTensor> second) {
        Path a = write(temp.resolve("a"), first.toArray(OutputTensor[]::new));
        Path b = write(temp.resolve("b"), second.toArray(OutputTensor[]::new));
        try (Checkpoint x = Checkpoints.open(a); Checkpoint y = Checkpoints.open(b)) {
            return CheckpointDiff.of(x, y, Progress.NONE);
        }
    }

    private CheckpointDiff.Change change(OutputTensor a, OutputTensor b) {
        CheckpointDiff diff = diff(List.of(a), List.of(b));
        assertThat(diff.changed()).hasSize(1);
        assertThat(diff.isEmpty()).isFalse();
        return diff.changed().getFirst();
    }

    @Test
    void theSameIsEmptyWhateverTheTypes() {
        List<OutputTensor> all = List.of(tensor("a", DType.F32, i -> i == 0 ? Double.NaN : i, 2, 3), raw("b", "F8_E8M0", new byte[] {1, 2}, 2),
                tensor("c", DType.F64, i -> 0.1 * i, 7), raw("d", "I64", new byte[16], 2), raw("e", "F32", new byte[0], 0, 4));
        CheckpointDiff diff = diff(all, all);
        assertThat(diff.isEmpty()).isTrue();
        assertThat(diff.same()).isEqualTo(5);
    }

    @Test
    void tensorsOfOnlyOneAreNamed() {
        CheckpointDiff diff = diff(List.of(tensor("a", DType.F32, i -> i, 1), tensor("b", DType.F32, i -> i, 1)),
                List.of(tensor("b", DType.F32, i -> i, 1), tensor("c", DType.F32, i -> i, 1)));
        assertThat(diff.onlyInFirst()).extracting(t -> t.name()).containsExactly("a");
        assertThat(diff.onlyInSecond()).extracting(t -> t.name()).containsExactly("c");
        assertThat(diff.same()).isEqualTo(1);
        assertThat(diff.isEmpty()).isFalse();
    }

    @Test
    void valuesAreMeasured() {
        CheckpointDiff.Change c = change(tensor("a", DType.F32, i -> i + 1, 2, 2), tensor("a", DType.F32, i -> i == 3 ? 4.5 : i + 1, 2, 2));
        assertThat(c.values().different()).isEqualTo(1);
        assertThat(c.values().maxAbs()).isEqualTo(0.5);
        assertThat(c.values().relL2()).isEqualTo(0.5 / Math.sqrt(30), within(1e-12));
    }

    @Test
    void typesAreADifferenceEvenWhereValuesAreEqual() {
        CheckpointDiff.Change c = change(tensor("a", DType.F32, i -> i, 4), tensor("a", DType.BF16, i -> i, 4));
        assertThat(c.sameDtype()).isFalse();
        assertThat(c.sameShape()).isTrue();
        assertThat(c.values()).isEqualTo(TensorDifference.NONE);
    }

    @Test
    void shapesAreNotCompared() {
        CheckpointDiff.Change c = change(tensor("a", DType.F32, i -> i, 4), tensor("a", DType.F32, i -> i, 2, 2));
        assertThat(c.sameShape()).isFalse();
        assertThat(c.values()).isNull();
    }

    @Test
    void doublesDifferBelowTheResolutionOfFloats() {
        CheckpointDiff.Change c = change(tensor("a", DType.F64, i -> 1, 4), tensor("a", DType.F64, i -> i == 2 ? Math.nextUp(1.0) : 1, 4));
        assertThat(c.values().different()).isEqualTo(1);
        assertThat(c.values().maxAbs()).isEqualTo(Math.ulp(1.0));
    }

    @Test
    void integersAndTypesThatCannotBeComputedWith() {
        assertThat(change(raw("a", "U8", new byte[] {1, 2}, 2), raw("a", "U8", new byte[] {1, (byte) 200}, 2)).values().maxAbs()).isEqualTo(198);
        assertThat(change(raw("a", "F8_E8M0", new byte[] {1, 2}, 2), raw("a", "F8_E8M0", new byte[] {1, 3}, 2)).values()).isNull();
    }

    @Test
    void notANumberAgainstANumberIsAnUnboundedDifference() {
        CheckpointDiff.Change c = change(tensor("a", DType.F32, i -> i, 4), tensor("a", DType.F32, i -> i == 1 ? Double.NaN : i, 4));
        assertThat(c.values().maxAbs()).isNaN();
    }
}
