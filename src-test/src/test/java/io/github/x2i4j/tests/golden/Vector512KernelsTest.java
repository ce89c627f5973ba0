package io.github.x2i4j.tests.golden;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;

class Vector512KernelsTest extends KernelSet {
    Vector512KernelsTest() {
        super(KernelChoice.VECTOR, 512);
    }
}
