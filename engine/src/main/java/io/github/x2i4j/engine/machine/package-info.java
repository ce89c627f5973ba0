/**
 * Machine code, assembled while the program runs and called through {@code java.lang.foreign}: no native library is involved.
 *
 * <p>From small to large: {@link io.github.x2i4j.engine.machine.Assembler} turns instructions into bytes,
 * {@link io.github.x2i4j.engine.machine.FmaTiles} and {@link io.github.x2i4j.engine.machine.AmxTiles} write the products with it,
 * {@link io.github.x2i4j.engine.machine.CodeMemory} makes the bytes executable, {@link io.github.x2i4j.engine.machine.TileRoutine}
 * is how they are called, and {@link io.github.x2i4j.engine.machine.MachineSupport} decides what this process can run. Another
 * architecture needs an assembler and products of its own; everything from the routine upwards stays.
 */
package io.github.x2i4j.engine.machine;
