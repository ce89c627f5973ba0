package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.Activation;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.RopeStyle;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.ops.Signatures;
import java.util.function.Consumer;

/** Element-wise ops: each is one launch of a kernel of the same name. */
final class GpuElementwise {
    private GpuElementwise() {
    }

    private static void launch(Gpu gpu, String kernel, long elements, Consumer<Arguments> fill) {
        if (elements > 0) {
            gpu.launch("elementwise", kernel, Grid.elements(elements), fill);
        }
    }

    static Tensor activation(Gpu gpu, GpuScope f, Tensor x, Activation activation) {
        Signatures.f32("activation", x);
        Tensor y = f.empty(DType.F32, x.shape());
        launch(gpu, "activation", x.elements(),
                a -> a.add(gpu.address(x)).add(gpu.address(y)).add(x.elements()).add(activation.ordinal()));
        return y;
    }

    static Tensor affine(Gpu gpu, GpuScope f, Tensor x, float factor, float offset) {
        Signatures.f32("affine", x);
        Tensor y = f.empty(DType.F32, x.shape());
        launch(gpu, "affine", x.elements(),
                a -> a.add(gpu.address(x)).add(gpu.address(y)).add(x.elements()).add(factor).add(offset));
        return y;
    }

    static Tensor add(Gpu gpu, GpuScope f, Tensor a, Tensor b) {
        return addScaled(gpu, f, Signatures.repeated("add", a, b), a, 1, b);
    }

    static Tensor addScaled(Gpu gpu, GpuScope f, Tensor a, float factor, Tensor b) {
        return addScaled(gpu, f, Signatures.sameShape("addScaled", a, b), a, factor, b);
    }

    private static Tensor addScaled(Gpu gpu, GpuScope f, Shape shape, Tensor a, float factor, Tensor b) {
        Tensor y = f.empty(DType.F32, shape);
        launch(gpu, "add_scaled", y.elements(), g -> g.add(gpu.address(a)).add(gpu.address(b)).add(gpu.address(y))
                .add(y.elements()).add(b.elements()).add(factor));
        return y;
    }

    static Tensor mul(Gpu gpu, GpuScope f, Tensor a, Tensor b) {
        Tensor y = f.empty(DType.F32, Signatures.repeated("mul", a, b));
        launch(gpu, "mul", y.elements(),
                g -> g.add(gpu.address(a)).add(gpu.address(b)).add(gpu.address(y)).add(y.elements()).add(b.elements()));
        return y;
    }

    static Tensor rope(Gpu gpu, GpuScope f, Tensor x, Tensor cos, Tensor sin, RopeStyle style) {
        Tensor y = f.factor(Signatures.rope(x, cos, sin));
        if (y.elements() == 0) {
            return y;
        }
        long rows = x.dim(0) * x.dim(1);
        long half = x.dim(3) / 2;
        long[] operands = {gpu.place(x), gpu.place(y), gpu.address(cos), gpu.address(sin), rows, x.dim(1), x.dim(2), half,
            style == RopeStyle.INTERLEAVED ? 1 : 0, 0};
        boolean aligned = half % 4 == 0 && Narrow.aligned(operands[0], operands[1], operands[2], operands[3]);
        operands[9] = Narrow.bits(x, y, null, aligned);
        long threads = x.dim(2) * half / (aligned ? 4 : 1);
        gpu.launch("elementwise", "rope", Grid.rows(threads, rows), a -> a.add(operands));
        return y;
    }

    static Tensor weightedSum(Gpu gpu, GpuScope f, Tensor x, int axis, Tensor weights) {
        Tensor y = f.empty(DType.F32, Signatures.weightedSum(x, axis, weights));
        int c = x.shape().axis(axis);
        launch(gpu, "weighted_sum", y.elements(), a -> a.add(gpu.address(x)).add(gpu.address(weights)).add(gpu.address(y))
                .add(x.shape().product(0, c)).add(x.dim(c)).add(x.shape().product(c + 1, x.rank())));
        return y;
    }

    static Tensor cast(Gpu gpu, GpuScope f, Tensor x, DType dtype) {
        Tensor y = f.empty(dtype, Signatures.cast(x, dtype));
        convert(gpu, x, gpu.address(y), dtype);
        return y;
    }

    /** Writes a tensor's elements in another type. */
    static void convert(Gpu gpu, Tensor x, long to, DType dtype) {
        if (x.elements() > 0) {
            convert(gpu, gpu.place(x), Gpu.isNarrow(x) ? DType.BF16 : x.dtype(), x.scale(), x.elements(), to, dtype);
        }
    }

    static void convert(Gpu gpu, long from, DType stored, float scale, long elements, long to, DType dtype) {
        gpu.launch("convert", "cast", Grid.elements(elements),
                a -> a.add(from).add(stored.ordinal()).add(scale).add(to).add(dtype.ordinal()).add(elements));
    }
}
