package io.github.x2i4j.tools.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TypeRulesTest {
    private static final Shape MATRIX = Shape.of(64, 512);

    private static TypeRules q4k(TypeRules.Exception... exceptions) {
        return new TypeRules(DType.Q4_K, List.of(exceptions));
    }

    @ParameterizedTest
    @CsvSource({"transformer_blocks.0.attn.to_q.weight,Q4_K", "single_transformer_blocks.1.proj_out.weight,Q4_K", "proj_out.weight,BF16",
        "double_blocks.3.img_mlp.0.weight,Q4_K", "img_in.weight,BF16", "model.diffusion_model.img_in.weight,BF16", "final_layer.linear.weight,BF16",
        "time_text_embed.text_embedder.linear_1.weight,BF16", "x_embedder.weight,BF16", "norm_out.linear.weight,BF16",
        "model.embed_tokens.weight,BF16", "lm_head.weight,BF16", "language_model.lm_head.weight,BF16", "shared.weight,BF16", "token_embd.weight,BF16",
        "text_model.embeddings.position_embedding.weight,BF16", "model.layers.0.self_attn.o_proj.weight,Q4_K",
        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight,BF16", "blk.0.attn_q.weight,Q4_K"})
    void largeMatricesAreQuantisedAndEndsAreNot(String name, DType type) {
        assertThat(q4k().of(name, DType.BF16, MATRIX)).isEqualTo(type);
    }

    @Test
    void vectorsBecomeF32AndKernelsStay() {
        assertThat(q4k().of("a.bias", DType.BF16, Shape.of(512))).isEqualTo(DType.F32);
        assertThat(q4k().of("a.conv.weight", DType.F16, Shape.of(64, 16, 16, 16))).isEqualTo(DType.F16);
    }

    @Test
    void rowsThatAreNoWholeBlocksGetSmallerOnesOrStay() {
        assertThat(q4k().of("a.weight", DType.BF16, Shape.of(3, 96))).isEqualTo(DType.Q5_0);
        assertThat(new TypeRules(DType.Q6_K, List.of()).of("a.weight", DType.BF16, Shape.of(3, 96))).isEqualTo(DType.Q8_0);
        assertThat(q4k().of("a.weight", DType.BF16, Shape.of(3, 40))).isEqualTo(DType.BF16);
        assertThat(new TypeRules(DType.Q8_0, List.of()).of("a.weight", DType.F32, Shape.of(3, 40))).isEqualTo(DType.F32);
    }

    @Test
    void theFirstExceptionThatMatchesDecides() {
        TypeRules rules = q4k(new TypeRules.Exception("*.to_v.weight", DType.Q6_K), new TypeRules.Exception("blocks.1.*", null),
                new TypeRules.Exception("*_in.weight", DType.Q8_0), new TypeRules.Exception("*", DType.Q5_K));
        assertThat(rules.of("blocks.1.to_v.weight", DType.BF16, MATRIX)).isEqualTo(DType.Q6_K);
        assertThat(rules.of("blocks.1.to_q.weight", DType.BF16, MATRIX)).isEqualTo(DType.BF16);
        assertThat(rules.of("img_in.weight", DType.BF16, MATRIX)).isEqualTo(DType.Q8_0);
        assertThat(rules.of("blocks.2.to_q.weight", DType.BF16, MATRIX)).isEqualTo(DType.Q5_K);
        assertThat(new TypeRules.Exception("a.b", null).matches("aXb")).isFalse();
    }

    @Test
    void plainTypesAreForEverything() {
        TypeRules rules = new TypeRules(DType.F16, List.of());
        assertThat(rules.of("img_in.bias", DType.BF16, Shape.of(3))).isEqualTo(DType.F16);
        assertThat(new TypeRules(null, List.of()).of("x", DType.Q4_K, MATRIX)).isEqualTo(DType.Q4_K);
    }
}
