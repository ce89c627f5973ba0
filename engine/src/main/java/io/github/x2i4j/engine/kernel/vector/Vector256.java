package io.github.x2i4j.engine.kernel.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of 256 bits. */
final class Vector256 extends VectorKernels {
    @Override
    VectorSpecies<Float> species() {
        return FloatVector.SPECIES_256;
    }

    @Override
    VectorSpecies<Integer> intSpecies() {
        return IntVector.SPECIES_256;
    }

    @Override
    VectorSpecies<Byte> byteSpecies() {
        return ByteVector.SPECIES_64;
    }

    @Override
    VectorSpecies<Short> wideShortSpecies() {
        return ShortVector.SPECIES_256;
    }

    @Override
    VectorSpecies<Short> shortSpecies() {
        return ShortVector.SPECIES_128;
    }
}
