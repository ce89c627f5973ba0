/** Whole systems made of the networks, from prompt to picture, and how to watch them at work. */
package io.github.x2i4j.model.pipeline;
