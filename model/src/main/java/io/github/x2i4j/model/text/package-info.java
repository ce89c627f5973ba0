/**
 * FLUX's own text encoders: the encoder of T5 v1.1 (prompt embeddings) and the text tower of CLIP (pooled projection). Both run
 * without an attention mask over padding, as FLUX calls them.
 */
package io.github.x2i4j.model.text;
