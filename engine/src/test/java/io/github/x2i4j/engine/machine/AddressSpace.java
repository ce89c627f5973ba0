package io.github.x2i4j.engine.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What an interpreted program may touch: pieces of memory far apart, each with its bounds. All else is an error. */
final class AddressSpace {
    private static final long DISTANCE = 1L << 36;
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private record Region(MemorySegment memory, boolean writable) {
    }

    private final List<Region> regions = new ArrayList<>();

    /** Adds memory and returns its address. */
    long add(MemorySegment memory, boolean writable) {
        regions.add(new Region(memory, writable));
        return regions.size() * DISTANCE;
    }

    private MemorySegment at(long address, boolean write) {
        int n = (int) (address / DISTANCE) - 1;
        if (n < 0 || n >= regions.size()) {
            throw new AssertionError("access to address " + Long.toHexString(address) + ", which is none of the operands");
        }
        if (write && !regions.get(n).writable) {
            throw new AssertionError("operand " + n + " is written to");
        }
        return regions.get(n).memory;
    }

    private static long offset(long address) {
        return address % DISTANCE;
    }

    byte getByte(long address) {
        return at(address, false).get(BYTE, offset(address));
    }

    int getInt(long address) {
        return at(address, false).get(INT, offset(address));
    }

    long getLong(long address) {
        return at(address, false).get(LONG, offset(address));
    }

    void setInt(long address, int value) {
        at(address, true).set(INT, offset(address), value);
    }

    void setLong(long address, long value) {
        at(address, true).set(LONG, offset(address), value);
    }

    void load(long address, int[] to, int n) {
        MemorySegment.copy(at(address, false), INT, offset(address), to, 0, n);
    }

    void store(long address, int[] from, int n) {
        MemorySegment.copy(from, 0, at(address, true), INT, offset(address), n);
    }
}
