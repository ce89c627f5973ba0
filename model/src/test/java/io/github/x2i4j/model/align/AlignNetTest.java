package io.github.x2i4j.model.align;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.nn.BlockHook;
import io.github.x2i4j.model.nn.FakeWeights;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AlignNetTest {
    private static final int C = 2;
    private static final int S = 3;
    private static final int H = 4;
    private static final int J = 6;
    private static final int P = 3;

    private final Engine engine = Engine.open(EngineOptions.DEFAULT);
    private final Scope f = engine.scope();

    @AfterEach
    void close() {
        f.close();
        engine.close();
    }

    /** Parameter number p filled with sin(p + 0.1 i), as in the reference run. */
    private static FakeWeights weights() {
        return mlp(FakeWeights.only()
                .put("conv.weight", sines(1, C * 25), 1, C, 5, 5)
                .put("conv.bias", sines(2, 1), 1));
    }

    private static FakeWeights mlp(FakeWeights w) {
        return w.put("mlp.layernorm.weight", sines(3, H), H)
                .put("mlp.layernorm.bias", sines(4, H), H)
                .put("mlp.projector.0.weight", sines(5, J * H), J, H)
                .put("mlp.projector.2.weight", sines(6, J * J), J, J)
                .put("mlp.fc.1.weight", sines(7, P * J), P, J)
                .put("mlp.fc.1.bias", sines(8, P), P);
    }

    private static float[] sines(int p, int n) {
        return FakeWeights.values(n, i -> Math.sin(p + 0.1 * i));
    }

    private static AlignNet net(FakeWeights w) {
        AlignNet net = AlignNet.of(w, AlignNetSettings.FROM_FILE);
        w.finish();
        return net;
    }

    private Tensor input() {
        return f.floats(FakeWeights.values(C * S * H, i -> Math.cos(0.3 * i)), 1, C, S, H);
    }

    private static void assertClose(Tensor got, double... expected) {
        float[] g = got.toFloats();
        assertThat(g).hasSize(expected.length);
        for (int i = 0; i < g.length; i++) {
            assertThat((double) g[i]).as("element " + i).isCloseTo(expected[i], Offset.offset(2e-5 * Math.max(1, Math.abs(expected[i]))));
        }
    }

    @Test
    void theReferenceRunIsReproduced() {
        AlignNet.Output out = net(weights()).forward(f, input(), BlockHook.NONE);
        assertThat(out.promptEmbeds().shape().toArray()).containsExactly(1, S, J);
        assertThat(out.pooledPromptEmbeds().shape().toArray()).containsExactly(1, P);
        assertClose(out.pooledPromptEmbeds(), 15.18231082, 17.60697618, 14.21013780);
        assertClose(out.promptEmbeds(), -1.16558724, 1.81850781, 4.16734576, 5.06040994, 4.18572734, 1.84884975, -1.15607258,
                1.79461019, 4.11838399, 5.00348777, 4.14072933, 1.83149500, -1.17064020, 1.81977599, 4.17449207, 5.07093797,
                4.19595934, 1.85521140);
    }

    @Test
    void theConvolutionOfTheReferenceRunIsReproduced() {
        Tensor z = LayerReduction.Cnn.of(weights()).apply(f, input());
        assertThat(z.shape().toArray()).containsExactly(1, S, H);
        assertClose(z, 3.42111106, 2.85203814, 2.23110284, 0.55691398, 1.36062312, -0.32106809, -0.94431070, -1.96947334, -0.81036510,
                -3.19293794, -3.66589632, -3.79103717);
    }

    @Test
    void aKernelElementMovesAlongTokensAndHiddenIndices() {
        int s = 7;
        int h = 6;
        float[] kernel = new float[25];
        kernel[5 * 3 + 4] = 1; // a = 3 (tokens), b = 4 (hidden)
        FakeWeights w = FakeWeights.only().put("conv.weight", kernel, 1, 1, 5, 5).put("conv.bias", new float[1], 1);
        float[] x = new float[s * h];
        x[5 * h + 3] = 1; // token 5, hidden 3
        float[] z = LayerReduction.Cnn.of(w).apply(f, f.floats(x, 1, 1, s, h)).toFloats();
        float[] expected = new float[s * h];
        expected[(5 - 3 + 2) * h + 3 - 4 + 2] = 1;
        assertThat(z).containsExactly(expected);
    }

    @Test
    void aLearnedScaleIsAMeanAndWinsOverAConvolution() {
        FakeWeights w = weights().put("cha_scale", new float[] {2, -1}, 1, C, 1, 1);
        assertThat(LayerReduction.Variant.of(w)).isEqualTo(LayerReduction.Variant.SCALE);
        Tensor x = f.floats(new float[] {1, 2, 10, 20}, 1, C, 1, 2);
        assertClose(LayerReduction.Scale.of(w).apply(f, x), (2 - 10) / 2.0, (4 - 20) / 2.0);
    }

    @Test
    void withoutScaleAndConvolutionTheLayersAreAveraged() {
        FakeWeights w = mlp(FakeWeights.only());
        assertThat(LayerReduction.Variant.of(w)).isEqualTo(LayerReduction.Variant.MEAN);
        AlignNet.Output out = net(w).forward(f, input(), BlockHook.NONE);
        assertThat(out.promptEmbeds().shape().toArray()).containsExactly(1, S, J);
    }

    @Test
    void entriesOfABatchDoNotMix() {
        AlignNet net = net(weights());
        Tensor one = input();
        Tensor other = f.affine(one, -0.5f, 0.1f);
        AlignNet.Output both = net.forward(f, f.concat(0, one, other), BlockHook.NONE);
        AlignNet.Output alone = net.forward(f, other, BlockHook.NONE);
        assertThat(both.promptEmbeds().row(1).toFloats()).containsExactly(alone.promptEmbeds().toFloats());
        assertThat(both.pooledPromptEmbeds().row(1).toFloats()).containsExactly(alone.pooledPromptEmbeds().toFloats());
    }

    @Test
    void settingsThatContradictTheFileAreAllNamed() {
        AlignNetSettings wrong = new AlignNetSettings("x2i.json", 37, 2048, null, null, null, true, true, true);
        assertThatThrownBy(() -> AlignNet.of(weights(), wrong)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("x2i.json").hasMessageContaining("in_channels is 37").hasMessageContaining("say 2")
                .hasMessageContaining("input_dim is 2048").hasMessageContaining("use_t5").hasMessageContaining("SCALE");
    }

    @Test
    void hiddenStatesOfAnotherModelAreRefused() {
        AlignNet net = net(weights());
        assertThatThrownBy(() -> net.forward(f, f.zeros(1, C + 1, S, H), BlockHook.NONE)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("[1, 3, 3, 4]");
        assertThatThrownBy(() -> net.forward(f, f.zeros(1, C, S, H + 1), BlockHook.NONE)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void theT5StackIsMeasuredFromItsTensors() {
        int heads = 2;
        int inner = 6;
        FakeWeights w = weights()
                .put("t5stack.block.0.layer.0.SelfAttention.relative_attention_bias.weight", sines(1, 32 * heads), 32, heads)
                .put("t5stack.block.0.layer.0.SelfAttention.o.weight", sines(2, H * inner), H, inner)
                .put("t5stack.block.0.layer.0.layer_norm.weight", sines(3, H), H)
                .put("t5stack.block.0.layer.1.layer_norm.weight", sines(4, H), H)
                .put("t5stack.block.0.layer.1.DenseReluDense.wi_0.weight", sines(5, 5 * H), 5, H)
                .put("t5stack.block.0.layer.1.DenseReluDense.wi_1.weight", sines(6, 5 * H), 5, H)
                .put("t5stack.block.0.layer.1.DenseReluDense.wo.weight", sines(7, 5 * H), H, 5)
                .put("t5stack.final_layer_norm.weight", sines(8, H), H);
        for (String name : Arrays.asList("q", "k", "v")) {
            w.put("t5stack.block.0.layer.0.SelfAttention." + name + ".weight", sines(9, inner * H), inner, H);
        }
        AlignNetSettings told = new AlignNetSettings(null, C, H, heads, inner / heads, 1, true, false, true);
        Tensor with = AlignNet.of(w, told).forward(f, input(), BlockHook.NONE).promptEmbeds();
        Tensor without = net(weights()).forward(f, input(), BlockHook.NONE).promptEmbeds();
        assertThat(with.toFloats()).isNotEqualTo(without.toFloats());
        assertThatThrownBy(() -> AlignNet.of(w, new AlignNetSettings(null, C, H, heads, 4, 2, true, false, true)))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("head_dim").hasMessageContaining("num_layers");
    }
}
