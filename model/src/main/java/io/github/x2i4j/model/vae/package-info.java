/** The autoencoder between pictures and FLUX's latents (diffusers' AutoencoderKL). */
package io.github.x2i4j.model.vae;
