package io.github.x2i4j.tests.golden;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;

class Vector128KernelsTest extends KernelSet {
    Vector128KernelsTest() {
        super(KernelChoice.VECTOR, 128);
    }
}
