package io.github.x2i4j.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.EngineOptions.KernelChoice;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.InstructionSet;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.context.CpuContext;
import io.github.x2i4j.engine.kernel.KernelProvider;
import io.github.x2i4j.engine.kernel.KernelService;
import io.github.x2i4j.engine.machine.InterpretedTiles;
import io.github.x2i4j.engine.memory.FloatPool;
import io.github.x2i4j.engine.memory.MemoryPool;
import io.github.x2i4j.engine.parallel.Caches;
import io.github.x2i4j.engine.parallel.Workers;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions of few channels, which Winograd's method is not used for otherwise: the definition is quick to compute for them. */
class WinogradTest {
    private static final long SEED = 20250306;

    /** Operands. */
    private record Case(int images, int in, int out, int height, int width, ConvSpec spec) {
        int outHeight() {
            return height + spec.top() + spec.bottom() - 2;
        }

        int outWidth() {
            return width + spec.left() + spec.right() - 2;
        }

        float[] random(int n, int what) {
            Random random = new Random(SEED + what);
            float[] x = new float[n];
            for (int i = 0; i < n; i++) {
                x[i] = (float) random.nextGaussian();
            }
            return x;
        }

        float[] x() {
            return random(images * in * height * width, 1);
        }

        float[] weight() {
            return random(out * in * 9, 2);
        }

        float[] run(KernelService.KernelChoice kernels, int threads) {
            CpuContext cpu = new CpuContext(new MemoryPool(1 << 20), new MemoryPool(1 << 20), new FloatPool(1 << 20), new Workers(threads),
                    new KernelService(kernels), Caches.read());
            try (cpu; CpuScope f = new CpuScope(cpu, null)) {
                Tensor y = f.empty(DType.F32, images, out, outHeight(), outWidth());
                Tensor weight = f.floats(weight(), out, in, 3, 3);
                Conv2dOp op = new Conv2dOp(cpu, f.floats(x(), images, in, height, width), weight, spec, outWidth());
                op.winograd(cpu.blocks(), weight, outHeight(), op.output(y, null, Epilogue.NONE));
                return y.toFloats();
            }
        }

        double[] definition() {
            float[] x = x();
            float[] w = weight();
            double[] y = new double[images * out * outHeight() * outWidth()];
            for (int i = 0; i < y.length; i++) {
                int ox = i % outWidth();
                int oy = i / outWidth() % outHeight();
                int o = i / outWidth() / outHeight() % out;
                int image = i / outWidth() / outHeight() / out;
                for (int c = 0; c < in; c++) {
                    for (int k = 0; k < 9; k++) {
                        int iy = oy + k / 3 - spec.top();
                        int ix = ox + k % 3 - spec.left();
                        if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
                            y[i] += (double) x[((image * in + c) * height + iy) * width + ix] * w[(o * in + c) * 9 + k];
                        }
                    }
                }
            }
            return y;
        }
    }

    @ParameterizedTest
    @CsvSource({"2,5,7,9,13,1,1,1,1", "1,3,2,2,1,1,1,1,1", "1,40,13,20,70,1,1,1,1", "1,4,3,7,8,0,2,1,0", "1,5,3,300,301,1,1,1,1"})
    void itIsTheConvolutionAndTheSameBitsOnAllKernels(int images, int in, int out, int height, int width, int top, int left, int bottom,
            int right) {
        Case c = new Case(images, in, out, height, width, new ConvSpec(1, top, left, bottom, right));
        float[] got = c.run(KernelProvider.choose(new EngineOptions(KernelChoice.SCALAR, 0, 1)), 1);
        double[] want = c.definition();
        double norm = 0;
        double error = 0;
        for (int i = 0; i < want.length; i++) {
            norm += want[i] * want[i];
            error += (got[i] - want[i]) * (got[i] - want[i]);
        }
        assertThat(Math.sqrt(error / norm)).isLessThan(1e-6);
        assertThat(c.run(KernelProvider.choose(new EngineOptions(KernelChoice.VECTOR, 0, 1)), 2)).isEqualTo(got);
        assertThat(c.run(InterpretedTiles.kernels(InstructionSet.AVX2, Precision.F32), 1)).isEqualTo(got);
        assertThat(c.run(InterpretedTiles.kernels(InstructionSet.AVX512, Precision.F32), 2)).isEqualTo(got);
    }

    /** Through the op, with what follows the product, several images and sizes that are no multiples of tiles and panels. */
    @Test
    void theOpTakesItForManyChannels() {
        int in = 130;
        int out = 140;
        int height = 33;
        int width = 37;
        Case c = new Case(2, in, out, height, width, ConvSpec.padded(1));
        float[] bias = c.random(out, 3);
        float[] residual = c.random(2 * out * height * width, 4);
        float[] scalar = op(c, bias, residual, new EngineOptions(KernelChoice.SCALAR, 0, 2));
        float[] best = op(c, bias, residual, new EngineOptions(KernelChoice.AUTO, 0, 1));
        assertThat(best).isEqualTo(scalar);
        float[] plain = new Case(2, in, out, height, width, ConvSpec.padded(1)).run(KernelProvider.choose(new EngineOptions(KernelChoice.SCALAR, 0, 1)), 1);
        for (int i = 0; i < plain.length; i++) {
            assertThat(scalar[i]).isEqualTo(Math.fma(1, plain[i], bias[i / width / height % out]) + residual[i]);
        }
    }

    private static float[] op(Case c, float[] bias, float[] residual, EngineOptions options) {
        try (Engine engine = Engine.open(options); Scope f = engine.scope()) {
            return f.conv2d(f.floats(c.x(), c.images, c.in, c.height, c.width), f.floats(c.weight(), c.out, c.in, 3, 3), f.floats(bias, c.out), c.spec,
                    Epilogue.add(f.floats(residual, c.images, c.out, c.height, c.width))).toFloats();
        }
    }
}
