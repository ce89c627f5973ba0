package io.github.x2i4j.engine.kernel.vector;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/** Vectors of 128 bits. */
final class Vector128 extends VectorKernels {
    @Override
    VectorSpecies<Float> species() {
        return FloatVector.SPECIES_128;
    }

    @Override
    VectorSpecies<Integer> intSpecies() {
        return IntVector.SPECIES_128;
    }

    @Override
    VectorSpecies<Byte> byteSpecies() {
        return ByteVector.SPECIES_64;
    }

    @Override
    VectorSpecies<Short> wideShortSpecies() {
        return ShortVector.SPECIES_128;
    }

    @Override
    VectorSpecies<Short> shortSpecies() {
        return ShortVector.SPECIES_64;
    }
}
