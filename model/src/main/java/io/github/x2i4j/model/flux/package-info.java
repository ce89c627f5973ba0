/** FLUX.1's diffusion transformer, its flow-matching scheduler, and the geometry of its latents. */
package io.github.x2i4j.model.flux;
