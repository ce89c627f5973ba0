package io.github.x2i4j.tests.golden;

import io.github.x2i4j.engine.EngineOptions.KernelChoice;

class MachineKernelsTest extends KernelSet {
    MachineKernelsTest() {
        super(KernelChoice.MACHINE, 0);
    }
}
