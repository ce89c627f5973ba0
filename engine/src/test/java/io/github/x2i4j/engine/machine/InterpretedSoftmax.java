package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;

/**
 * A {@link SoftmaxRoutine} that runs on any processor, in an {@link Interpreter} that lets it touch its operands alone.
 *
 * @param code the routine's bytes
 */
record InterpretedSoftmax(byte[] code) implements SoftmaxRoutine {
    @Override
    public void call(MemorySegment scores, MemorySegment state, MemorySegment out, long rows, long pieces, long outPieces) {
        Interpreter interpreter = new Interpreter(code, null);
        AddressSpace memory = interpreter.memory();
        interpreter.call(memory.add(scores, true), memory.add(state, true), memory.add(out, true), rows, pieces, outPieces);
    }
}
