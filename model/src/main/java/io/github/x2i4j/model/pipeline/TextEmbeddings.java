package io.github.x2i4j.model.pipeline;

import io.github.x2i4j.engine.Tensor;

/**
 * What FLUX is told about the picture, from text encoders or from AlignNet.
 *
 * @param prompt one row for each token, F32 [1, T, J]; J is the transformer's {@code joint_attention_dim}
 * @param pooled one row for all, F32 [1, P]; P is the transformer's {@code pooled_projection_dim}
 */
public record TextEmbeddings(Tensor prompt, Tensor pooled) {
}
