package io.github.x2i4j.engine.gpu;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Tensor;

/**
 * A tensor as e4m3 on the device, which lasts until the op ends.
 *
 * @param address of the elements
 * @param unit address of the float that they are multiples of
 */
record EightBits(long address, long unit) {
    /** A tensor that is stored so with its scale, or a copy in units that make its largest magnitude the largest number. */
    static EightBits of(Gpu gpu, Tensor t) {
        long floats = gpu.scratch(2 * Float.BYTES);
        if (t.dtype() == DType.F8_E4M3) {
            gpu.fill(floats, Float.floatToRawIntBits(t.scale()), 1);
            return new EightBits(gpu.place(t), floats);
        }
        DType stored = Gpu.isNarrow(t) ? DType.BF16 : t.dtype();
        long place = gpu.place(t);
        long copy = gpu.scratch(t.elements());
        gpu.fill(floats + Float.BYTES, 0, 1);
        gpu.launch("convert", "raise_to_largest", Grid.elements(t.elements()), a -> a.add(place).add(stored.ordinal()).add(t.scale())
                .add(floats + Float.BYTES).add(t.elements()));
        gpu.launch("convert", "to_e4m3", Grid.elements(t.elements()), a -> a.add(place).add(stored.ordinal()).add(t.scale())
                .add(floats + Float.BYTES).add(floats).add(copy).add(t.elements()));
        return new EightBits(copy, floats);
    }
}
