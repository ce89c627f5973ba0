package io.github.x2i4j.engine.measure;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;

/** A convolution that keeps the picture's size. */
public final class Convolution implements Workload {
    private final int in;
    private final int out;
    private final int size;
    private final int kernel;
    private final DType dtype;
    private Tensor x;
    private Tensor weight;

    /**
     * @param in channels of the picture
     * @param out channels of the result
     * @param size height and width of the picture
     * @param kernel height and width of the kernel
     * @param dtype of the weight
     */
    public Convolution(int in, int out, int size, int kernel, DType dtype) {
        this.in = in;
        this.out = out;
        this.size = size;
        this.kernel = kernel;
        this.dtype = dtype;
    }

    @Override
    public double flops() {
        return 2.0 * in * out * kernel * kernel * size * size;
    }

    @Override
    public double bytes() {
        return 4.0 * (in + out) * size * size + dtype.bytes((long) in * out * kernel * kernel);
    }

    @Override
    public void prepare(Scope f) {
        x = Workload.random(f, 1, 1, in, size, size);
        weight = Workload.random(f, dtype, 1, out, in, kernel, kernel);
    }

    @Override
    public Tensor run(Ops f) {
        return f.conv2d(x, weight, null, ConvSpec.padded(kernel / 2), Epilogue.NONE);
    }

    @Override
    public double expected(long index) {
        long ox = index % size;
        long oy = index / size % size;
        long o = index / size / size;
        Tensor picture = x.onHost();
        Tensor kernels = weight.onHost();
        double sum = 0;
        for (long tap = 0; tap < (long) in * kernel * kernel; tap++) {
            long ix = ox + tap % kernel - kernel / 2;
            long iy = oy + tap / kernel % kernel - kernel / 2;
            if (ix >= 0 && ix < size && iy >= 0 && iy < size) {
                sum += (double) picture.getFloat((tap / kernel / kernel * size + iy) * size + ix)
                        * kernels.getFloat(o * in * kernel * kernel + tap);
            }
        }
        return sum;
    }
}
