package io.github.x2i4j.tests.golden;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;

class Vector256KernelsTest extends KernelSet {
    Vector256KernelsTest() {
        super(KernelChoice.VECTOR, 256);
    }
}
