package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundWeightsTest {
    @TempDir
    Path folder;

    private Checkpoint open(SafetensorsWriter w) throws IOException {
        return Checkpoints.open(w.write(folder.resolve("w.safetensors")));
    }

    private static SafetensorsWriter block() {
        return new SafetensorsWriter().values("blocks.0.q.weight", DType.BF16, new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                .values("blocks.0.q.bias", DType.BF16, new long[] {2}, -1, 0.5)
                .values("blocks.0.norm", DType.F16, new long[] {3}, 0.25, 1, 65504)
                .values("out", DType.F64, new long[] {2}, Math.E, 1e-3)
                .floats("scale", new long[] {}, 7);
    }

    /** What is logged as a warning while {@code body} runs. */
    private static List<String> warnings(Runnable body) {
        List<String> messages = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        Logger logger = Logger.getLogger("io.github.x2i4j.loader");
        boolean parents = logger.getUseParentHandlers();
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            body.run();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(parents);
        }
        return messages;
    }

    @Test
    void matricesKeepTheirTypeAndVectorsAreWidened() throws IOException {
        try (Checkpoint c = open(block())) {
            Weights root = Checkpoints.bind(c);
            Weights q = root.at("blocks", 0).at("q");
            Tensor weight = q.matrix("weight", 2, 3);
            assertThat(weight.dtype()).isEqualTo(DType.BF16);
            assertThat(weight.toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
            Tensor bias = q.vector("bias", 2);
            assertThat(bias.dtype()).isEqualTo(DType.F32);
            assertThat(bias.toFloats()).containsExactly(-1, 0.5f);
            assertThat(root.vector("blocks.0.norm", -1).toFloats()).containsExactly(0.25f, 1, 65504);
            Tensor out = root.matrix("out", 2);
            assertThat(out.dtype()).isEqualTo(DType.F32);
            assertThat(out.toFloats()).containsExactly((float) Math.E, 1e-3f);
            assertThat(root.vector("scale").toFloats()).containsExactly(7);
            assertThat(q.has("weight")).isTrue();
            assertThat(q.has("blocks.0.q.weight")).isFalse();
            assertThat(root.shape("out")).isEqualTo(Shape.of(2));
            assertThat(root.shape("none")).isNull();
            assertThat(root.vectorOrNull("none", 2)).isNull();
            assertThat(root.vectorOrNull("out", 2)).isNotNull();
            assertThat(warnings(root::finish)).isEmpty();
        }
    }

    @Test
    void allMissingAndMisshapedTensorsAreNamedInOneError() throws IOException {
        try (Checkpoint c = open(block().bytes("ids", "I64", new long[] {1}, new byte[8]))) {
            Weights root = Checkpoints.bind(c);
            Tensor absent = root.at("blocks", 1).matrix("q.weight", 2, -1);
            root.at("blocks", 1).matrix("q.weight", 2, -1);
            root.matrix("blocks.0.q.weight", 3, 2);
            root.vector("out", 2, 1);
            root.vector("ids", 1);
            assertThat(absent.shape()).isEqualTo(Shape.of(2, 1));
            assertThatThrownBy(absent::toFloats).isInstanceOf(IllegalStateException.class).hasMessageContaining("missing");
            assertThatThrownBy(root.at("anything")::finish).isExactlyInstanceOf(InvalidInputException.class)
                    .hasMessage(c.path() + ": 1 tensor missing: blocks.1.q.weight [2, any]; 3 tensors not as expected: "
                            + "blocks.0.q.weight has shape [2, 3], expected [3, 2], out has shape [2], expected [2, 1], "
                            + "ids holds I64, expected a floating-point type; check that these weights belong to this model and configuration");
        }
    }

    @Test
    void aLongListOfProblemsIsCut() throws IOException {
        try (Checkpoint c = open(block())) {
            Weights root = Checkpoints.bind(c);
            for (int i = 0; i < 500; i++) {
                root.at("layers", i).vector("bias", 4);
            }
            assertThatThrownBy(root::finish).hasMessageContaining("500 tensors missing: layers.0.bias [4], ")
                    .hasMessageContaining("layers.19.bias [4], and 480 more;").hasMessageNotContaining("layers.20.");
        }
    }

    @Test
    void shapesThatNoFileCouldHoldAreAProblemLikeOthers() throws IOException {
        try (Checkpoint c = open(block())) {
            Weights root = Checkpoints.bind(c);
            root.matrix("huge", 1L << 31, 1L << 31, 1L << 31);
            assertThatThrownBy(root::finish).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("huge would be too large");
        }
    }

    @Test
    void typesThatCannotBeComputedWithAreUnsupported() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().bytes("w", "F8_E8M0", new long[] {2}, new byte[2])
                .bytes("v", "F8_E8M0", new long[] {2}, new byte[2]))) {
            Weights root = Checkpoints.bind(c);
            root.matrix("w", 2);
            root.matrix("v", 2);
            assertThatThrownBy(root::finish).isExactlyInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("tensor w is stored as F8_E8M0").hasMessageEndingWith("(1 more like it)");
        }
    }

    @Test
    void tensorsThatNobodyAskedForAreOneWarningUnlessIgnored() throws IOException {
        try (Checkpoint c = open(block())) {
            Weights root = Checkpoints.bind(c);
            root.vector("out", 2);
            assertThat(warnings(root::finish)).containsExactly(c.path() + ": 4 tensors not used: blocks.0.norm, blocks.0.q.bias, blocks.0.q.weight, scale");
            root.at("blocks.0").ignore("q");
            root.ignore("scale");
            assertThat(warnings(root::finish)).containsExactly(c.path() + ": 1 tensor not used: blocks.0.norm");
        }
    }

    @Test
    void dialectsOfNamesAreOneToTheModel() throws IOException {
        NameMap qwen = NameMap.IDENTITY.prefix("model.visual.", "visual.").prefix("model.language_model.", "model.");
        for (String[] dialect : new String[][] {{"visual.x", "model.y"}, {"model.visual.x", "model.language_model.y"}}) {
            try (Checkpoint c = open(new SafetensorsWriter().floats(dialect[0], new long[] {1}, 1).floats(dialect[1], new long[] {1}, 2))) {
                Weights root = Checkpoints.bind(c, qwen);
                assertThat(root.at("visual").vector("x", 1).toFloats()).containsExactly(1);
                assertThat(root.at("model").vector("y", 1).toFloats()).containsExactly(2);
                assertThat(warnings(root::finish)).isEmpty();
            }
        }
    }

    @Test
    void theWrapperOfDataParallelTrainingIsDropped() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().floats("module.w", new long[] {1}, 1))) {
            assertThat(Checkpoints.bind(c).vector("w", 1).toFloats()).containsExactly(1);
        }
    }

    @Test
    void aDuplicateServesWhereItsOriginalIsAbsentAndIsNeverWarnedOf() throws IOException {
        NameMap t5 = NameMap.IDENTITY.duplicate("encoder.embed_tokens.weight", "shared.weight");
        SafetensorsWriter both = new SafetensorsWriter().floats("shared.weight", new long[] {1}, 1).floats("encoder.embed_tokens.weight", new long[] {1}, 2);
        try (Checkpoint c = open(both)) {
            Weights root = Checkpoints.bind(c, t5);
            assertThat(root.matrix("shared.weight", 1).toFloats()).containsExactly(1);
            assertThat(warnings(root::finish)).isEmpty();
        }
        try (Checkpoint c = open(new SafetensorsWriter().floats("encoder.embed_tokens.weight", new long[] {1}, 2))) {
            Weights root = Checkpoints.bind(c, t5);
            assertThat(root.matrix("shared.weight", 1).toFloats()).containsExactly(2);
            assertThat(warnings(root::finish)).isEmpty();
        }
    }

    @Test
    void twoStoredNamesForOneTensorAreAnError() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().floats("visual.x", new long[] {1}, 1).floats("model.visual.x", new long[] {1}, 1))) {
            Weights root = Checkpoints.bind(c, NameMap.IDENTITY.prefix("model.visual.", "visual."));
            assertThatThrownBy(root::finish).isExactlyInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("visual.x is stored twice, as model.visual.x and visual.x");
        }
    }

    @Test
    void partsOfNamesAreRenamedWhereverTheyStand() {
        NameMap old = NameMap.IDENTITY.part("query", "to_q").part("proj_attn", "to_out.0").part("a.b", "c");
        assertThat(old.toModel("mid.attentions.0.query.weight")).isEqualTo("mid.attentions.0.to_q.weight");
        assertThat(old.toModel("mid.proj_attn.bias")).isEqualTo("mid.to_out.0.bias");
        assertThat(old.toModel("query")).isEqualTo("to_q");
        assertThat(old.toModel("x.a.b.y")).isEqualTo("x.c.y");
        assertThat(old.toModel("query_norm.weight")).isEqualTo("query_norm.weight");
        assertThat(NameMap.UNWRAPPED.then(old).toModel("module.query.bias")).isEqualTo("to_q.bias");
    }
}
