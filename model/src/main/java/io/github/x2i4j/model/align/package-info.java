/** AlignNet: hidden states of a multimodal LLM become the conditioning of FLUX (arXiv 2503.06134, section 3; X2I's Proj7Exp). */
package io.github.x2i4j.model.align;
