/** CUDA 12 through the libraries JCuda and JCublas, where a program brings them along. */
package io.github.x2i4j.engine.gpu.jcuda;
