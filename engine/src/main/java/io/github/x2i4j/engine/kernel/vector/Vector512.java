package io.github.x2i4j.engine.kernel.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of 512 bits. */
final class Vector512 extends VectorKernels {
    @Override
    VectorSpecies<Float> species() {
        return FloatVector.SPECIES_512;
    }

    @Override
    VectorSpecies<Integer> intSpecies() {
        return IntVector.SPECIES_512;
    }

    @Override
    VectorSpecies<Byte> byteSpecies() {
        return ByteVector.SPECIES_128;
    }

    @Override
    VectorSpecies<Short> wideShortSpecies() {
        return ShortVector.SPECIES_512;
    }

    @Override
    VectorSpecies<Short> shortSpecies() {
        return ShortVector.SPECIES_256;
    }
}
