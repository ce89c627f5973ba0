package io.github.x2i4j.tests.golden;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;

class ScalarKernelsTest extends KernelSet {
    ScalarKernelsTest() {
        super(KernelChoice.SCALAR, 0);
    }
}
