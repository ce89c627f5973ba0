package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;

/**
 * A {@link PatchRoutine} that runs on any processor, in an {@link Interpreter} that lets it touch its operands alone.
 *
 * @param code the routine's bytes
 */
record InterpretedPatches(byte[] code) implements PatchRoutine {
    @Override
    public void call(MemorySegment from, MemorySegment to, long planes, long height, long width, long planeStep, long lineStep) {
        Interpreter interpreter = new Interpreter(code, null);
        AddressSpace memory = interpreter.memory();
        interpreter.call(memory.add(from, false), memory.add(to, true), planes, height, width, planeStep, lineStep);
    }
}
