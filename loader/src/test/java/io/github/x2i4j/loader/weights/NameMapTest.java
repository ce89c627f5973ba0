package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that are cut out of stored ones, made of several, or stored with a scale. */
class NameMapTest {
    @TempDir
    Path folder;

    private Checkpoint open(SafetensorsWriter w) throws IOException {
        return Checkpoints.open(w.write(folder.resolve("w.safetensors")));
    }

    @Test
    void rowsAreCutInProportionAndStayViews() throws IOException {
        NameMap map = NameMap.IDENTITY.cut("linear1", new NameMap.Share("q", 1), new NameMap.Share("mlp", 2)).part("q", "attn.q");
        try (Checkpoint c = open(new SafetensorsWriter().values("b.linear1.weight", DType.BF16, new long[] {3, 2}, 1, 2, 3, 4, 5, 6)
                .floats("b.linear1.bias", new long[] {6}, 1, 2, 3, 4, 5, 6))) {
            Weights w = Checkpoints.bind(c, map).at("b");
            Tensor q = w.matrix("attn.q.weight", 1, 2);
            Tensor mlp = w.matrix("mlp.weight", 2, 2);
            assertThat(q.dtype()).isEqualTo(DType.BF16);
            assertThat(q.toFloats()).containsExactly(1, 2);
            assertThat(mlp.toFloats()).containsExactly(3, 4, 5, 6);
            assertThat(mlp.storage()).isSameAs(q.storage());
            assertThat(w.vector("attn.q.bias", 2).toFloats()).containsExactly(1, 2);
            assertThat(w.vector("mlp.bias", 4).toFloats()).containsExactly(3, 4, 5, 6);
            assertThat(w.shape("mlp.bias").elements()).isEqualTo(4);
            w.finish();
        }
    }

    @Test
    void whatCannotBeCutIsNamedWithItsStoredName() throws IOException {
        NameMap map = NameMap.IDENTITY.cut("qkv", "q", "k", "v");
        try (Checkpoint c = open(new SafetensorsWriter().floats("qkv.weight", new long[] {4, 1}, 1, 2, 3, 4).floats("other.bias", new long[] {2}, 1, 2))) {
            Weights w = Checkpoints.bind(c, map);
            assertThat(w.shape("q.weight")).isNull();
            w.matrix("q.weight", 1, 1);
            assertThatThrownBy(w::finish).isInstanceOf(InvalidInputException.class).hasMessageContaining("q.weight is a part of qkv.weight")
                    .hasMessageContaining("3 equal parts");
        }
    }

    @Test
    void aPieceOfTheWrongSizeSaysWhereItIsStored() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().floats("qkv.weight", new long[] {3, 1}, 1, 2, 3))) {
            Weights w = Checkpoints.bind(c, NameMap.IDENTITY.cut("qkv", "q", "k", "v"));
            w.matrix("k.weight", 2, 1);
            assertThatThrownBy(w::finish).hasMessageContaining("k.weight has shape [1, 1], expected [2, 1] (stored as qkv.weight)");
        }
    }

    @Test
    void halvesAreSwapped() throws IOException {
        NameMap map = NameMap.IDENTITY.swapHalves("ada.1").part("ada.1", "norm");
        try (Checkpoint c = open(new SafetensorsWriter().values("ada.1.weight", DType.F16, new long[] {4, 2}, 1, 2, 3, 4, 5, 6, 7, 8)
                .floats("ada.1.bias", new long[] {2}, 1, 2).floats("plain", new long[] {2}, 1, 2))) {
            Weights w = Checkpoints.bind(c, map);
            assertThat(w.matrix("norm.weight", 4, 2).toFloats()).containsExactly(5, 6, 7, 8, 1, 2, 3, 4);
            assertThat(w.matrix("norm.weight", 4, 2).dtype()).isEqualTo(DType.F16);
            assertThat(w.vector("norm.bias", 2).toFloats()).containsExactly(2, 1);
            assertThat(w.vector("plain", 2).toFloats()).containsExactly(1, 2);
            w.finish();
        }
    }

    @Test
    void severalTensorsAreJoinedByRows() throws IOException {
        NameMap map = NameMap.IDENTITY.join("qkv", "q", "k", "v");
        try (Checkpoint c = open(new SafetensorsWriter().floats("b.q.weight", new long[] {1, 2}, 1, 2)
                .values("b.k.weight", DType.BF16, new long[] {2, 2}, 3, 4, 5, 6).floats("b.v.weight", new long[] {1, 2}, 7, 8)
                .floats("b.q.bias", new long[] {1}, 1).floats("b.v.bias", new long[] {1}, 1))) {
            Weights w = Checkpoints.bind(c, map).at("b");
            assertThat(w.matrix("qkv.weight", 4, 2).toFloats()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
            assertThat(w.has("qkv.bias")).isFalse();
            w.vector("qkv.bias", 3);
            assertThatThrownBy(w::finish).hasMessageContaining("b.qkv.bias [3] (only a part of it is there, b.q.bias, b.v.bias)");
        }
    }

    @Test
    void piecesOfDifferentWidthsDoNotFit() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().floats("q", new long[] {1, 2}, 1, 2).floats("k", new long[] {1, 3}, 1, 2, 3))) {
            Weights w = Checkpoints.bind(c, NameMap.IDENTITY.join("qk", "q", "k"));
            w.matrix("qk", 2, 2);
            assertThatThrownBy(w::finish).hasMessageContaining("qk is made of pieces that do not fit: q [1, 2] and k [1, 3]");
        }
    }

    @Test
    void tensorsAreStackedAlongANewAxis() throws IOException {
        NameMap map = NameMap.IDENTITY.stack(1, "patch.weight", "patch.weight", "patch.weight.1");
        try (Checkpoint c = open(new SafetensorsWriter().floats("patch.weight", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                .floats("patch.weight.1", new long[] {2, 3}, 7, 8, 9, 10, 11, 12))) {
            assertThat(Checkpoints.bind(c, map).matrix("patch.weight", 2, 2, 3).toFloats())
                    .containsExactly(1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12);
        }
    }

    @Test
    void levelsAreCountedFromTheOtherEnd() throws IOException {
        NameMap map = NameMap.IDENTITY.part("dec.up", "decoder.up").mirror("decoder.up", "decoder.blocks");
        try (Checkpoint c = open(new SafetensorsWriter().floats("dec.up.0.w", new long[] {1}, 0).floats("dec.up.1.w", new long[] {1}, 1)
                .floats("dec.up.10.w", new long[] {1}, 10).floats("dec.upper.w", new long[] {1}, 5))) {
            Weights w = Checkpoints.bind(c, map);
            assertThat(w.vector("decoder.blocks.10.w", 1).toFloats()).containsExactly(0);
            assertThat(w.vector("decoder.blocks.9.w", 1).toFloats()).containsExactly(1);
            assertThat(w.vector("decoder.blocks.0.w", 1).toFloats()).containsExactly(10);
            assertThat(w.vector("dec.upper.w", 1).toFloats()).containsExactly(5);
            assertThat(w.count("decoder.blocks")).isEqualTo(11);
            assertThat(w.count("decoder")).isZero();
            w.finish();
        }
    }

    @Test
    void twoTensorsForOneNameAreNamed() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().floats("a.w", new long[] {1}, 0).floats("b.w", new long[] {1}, 1))) {
            Weights w = Checkpoints.bind(c, NameMap.IDENTITY.part("a", "b"));
            assertThatThrownBy(w::finish).hasMessageContaining("b.w is stored twice, as a.w and b.w");
        }
    }

    @Test
    void matricesThatAreStoredAsOneByOneConvolutionsAreMatrices() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().floats("q", new long[] {2, 2, 1, 1}, 1, 2, 3, 4).floats("r", new long[] {2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8))) {
            Weights w = Checkpoints.bind(c);
            assertThat(w.matrix("q", 2, 2).shape().rank()).isEqualTo(2);
            w.matrix("r", 2, 2);
            assertThatThrownBy(w::finish).hasMessageContaining("r has shape [2, 2, 2], expected [2, 2]");
        }
    }

    @Test
    void scalesMultiplyFp8WeightsAndTheirPieces() throws IOException {
        byte[] fp8 = {0x38, 0x40, (byte) 0xC0, 0x7E}; // 1, 2, -2, 448
        NameMap map = NameMap.IDENTITY.cut("kv", "k", "v");
        try (Checkpoint c = open(new SafetensorsWriter().bytes("kv.weight", "F8_E4M3", new long[] {2, 2}, fp8)
                .floats("kv.scale_weight", new long[] {}, 0.5).floats("kv.scale_input", new long[] {}, 3)
                .bytes("o.weight", "F8_E5M2", new long[] {1, 2}, new byte[] {0x3C, 0x7B}).floats("o.weight_scale", new long[] {1}, 2)
                .bytes("scaled_fp8", "F8_E4M3", new long[] {0}, new byte[0]).floats("free.scale_weight", new long[] {}, 2))) {
            Weights w = Checkpoints.bind(c, map);
            assertThat(w.matrix("k.weight", 1, 2).dtype()).isEqualTo(DType.F8_E4M3);
            assertThat(w.matrix("k.weight", 1, 2).toFloats()).containsExactly(0.5f, 1);
            assertThat(w.vector("v.weight", 1, 2).toFloats()).containsExactly(-1, 224);
            assertThat(w.matrix("o.weight", 1, 2).toFloats()).containsExactly(2, 2 * 57344f);
            assertThat(w.vector("free.scale_weight").toFloats()).containsExactly(2);
            w.finish();
        }
    }

    @Test
    void severalScalesForOneWeightAreUnsupported() throws IOException {
        try (Checkpoint c = open(new SafetensorsWriter().bytes("w.weight", "F8_E4M3", new long[] {2, 1}, new byte[2])
                .floats("w.weight_scale", new long[] {2, 1}, 1, 2))) {
            Weights w = Checkpoints.bind(c);
            w.matrix("w.weight", 2, 1);
            assertThatThrownBy(w::finish).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("w.weight_scale is F32 [2, 1]");
        }
    }

    @Test
    void tensorsOfOtherModelsInTheSameFileArePassedOver() {
        NameMap map = NameMap.IDENTITY.passOver("vae.").then(NameMap.IDENTITY.passOver("text."));
        assertThat(map.isPassedOver("vae.x")).isTrue();
        assertThat(map.isPassedOver("text.x")).isTrue();
        assertThat(map.isPassedOver("x.vae.y")).isFalse();
    }
}
