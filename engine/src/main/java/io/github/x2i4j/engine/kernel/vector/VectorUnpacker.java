package io.github.x2i4j.engine.kernel.vector;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.format.PackedLayout;
import io.github.x2i4j.engine.kernel.ScalarKernels;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Packed whole numbers become floats, as many at a time as bytes of {@link #byteSpecies()} become vectors of them. */
abstract class VectorUnpacker extends VectorDots {
    private static final ScalarKernels LOOPS = new ScalarKernels(16);

    /** Bytes of as many lanes as {@link #species()}, or of the fewest there are. */
    abstract VectorSpecies<Byte> byteSpecies();

    /** Whether a vector of bytes makes one of floats; otherwise plain loops do the work. */
    private boolean fits() {
        return byteSpecies().length() == species().length();
    }

    @Override
    public final void unpack(PackedLayout layout, byte[] from, int at, int blocks, float[] scales, float[] offsets, int part, float[] to,
            int toAt) {
        if (!fits()) {
            super.unpack(layout, from, at, blocks, scales, offsets, part, to, toAt);
            return;
        }
        int[] parts = layout.parts();
        for (int b = 0; b < blocks; b++, at += layout.blockBytes()) {
            if (layout.highMask() == 0) {
                for (int p = 0; p < parts.length; p += PackedLayout.FIELDS, part++, toAt += PackedLayout.PART) {
                    for (int i = 0; i < PackedLayout.PART; i += species().length()) {
                        IntVector q = bits(from, at + parts[p] + i, parts[p + 1], layout.lowMask());
                        floats(q.sub(layout.centre())).mul(scales[part]).sub(offsets[part]).intoArray(to, toAt + i);
                    }
                }
            } else {
                for (int p = 0; p < parts.length; p += PackedLayout.FIELDS, part++, toAt += PackedLayout.PART) {
                    for (int i = 0; i < PackedLayout.PART; i += species().length()) {
                        IntVector q = bits(from, at + parts[p + 2] + i, parts[p + 3], layout.highMask())
                                .lanewise(VectorOperators.LSHL, layout.highPlace()).or(bits(from, at + parts[p] + i, parts[p + 1], layout.lowMask()));
                        floats(q.sub(layout.centre())).mul(scales[part]).sub(offsets[part]).intoArray(to, toAt + i);
                    }
                }
            }
        }
    }

    @Override
    public final void scaleBytes(byte[] from, int at, int stride, int blocks, float[] scales, float[] to, int toAt) {
        if (!fits()) {
            super.scaleBytes(from, at, stride, blocks, scales, to, toAt);
            return;
        }
        for (int b = 0; b < blocks; b++) {
            FloatVector scale = FloatVector.broadcast(species(), scales[b]);
            for (int i = 0; i < BYTES; i += species().length()) {
                signed(from, at + i).mul(scale).intoArray(to, toAt + i);
            }
            at += stride;
            toAt += BYTES;
        }
    }

    @Override
    public final float dotBytes(byte[] row, int at, int blocks, float[] x, int xAt) {
        if (!fits()) {
            return LOOPS.dotBytes(row, at, blocks, x, xAt);
        }
        int vl = species().length();
        float[] lanes = new float[LANES];
        // Each pass sums two vectors of lanes, so that the order does not depend on the width.
        for (int l = 0; l < LANES; l += 2 * vl) {
            FloatVector s0 = FloatVector.zero(species());
            FloatVector s1 = FloatVector.zero(species());
            int block = at;
            int end = xAt + l + blocks * LANES;
            for (int i = xAt + l; i < end; i += LANES) {
                FloatVector scale = FloatVector.broadcast(species(), ScalarKernels.scale(row, block));
                int from = block + Short.BYTES + l;
                s0 = signed(row, from).mul(scale).fma(FloatVector.fromArray(species(), x, i), s0);
                s1 = signed(row, from + vl).mul(scale).fma(FloatVector.fromArray(species(), x, i + vl), s1);
                block += DType.Q8_0.blockBytes();
            }
            s0.intoArray(lanes, l);
            s1.intoArray(lanes, l + vl);
        }
        return (float) ScalarKernels.total(lanes);
    }

    private FloatVector signed(byte[] from, int at) {
        return floats((IntVector) ByteVector.fromArray(byteSpecies(), from, at).convertShape(VectorOperators.B2I, intSpecies(), 0));
    }

    private IntVector bits(byte[] from, int at, int shift, int mask) {
        IntVector bytes = (IntVector) ByteVector.fromArray(byteSpecies(), from, at).convertShape(VectorOperators.ZERO_EXTEND_B2I, intSpecies(), 0);
        return bytes.lanewise(VectorOperators.LSHR, shift).and(mask);
    }

    private static FloatVector floats(IntVector whole) {
        return (FloatVector) whole.convert(VectorOperators.I2F, 0);
    }
}
