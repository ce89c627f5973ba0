package io.github.x2i4j.engine.machine;

import io.github.x2i4j.engine.machine.Interpreter.Action;
import java.util.HexFormat;
import java.util.function.LongSupplier;

/** Reads one instruction and binds it to an {@link Interpreter}. Bytes that it does not know fail. */
final class Decoder {
    private final byte[] code;
    private final int begin;
    private int at;
    // Extensions of register numbers, and the fields of VEX and EVEX.
    private boolean wide;
    private int reg;
    private int index;
    private int base;
    private int second;
    private int map;
    private int prefix;
    private int elements;
    private boolean evex;
    private boolean masked;

    Decoder(byte[] code, int at) {
        this.code = code;
        begin = at;
        this.at = at;
    }

    /** Where the next instruction begins. */
    int at() {
        return at;
    }

    private int next() {
        return code[at++] & 255;
    }

    private int int32() {
        return next() | next() << 8 | next() << 16 | next() << 24;
    }

    private AssertionError unknown() {
        return new AssertionError("no instruction of the kernels at " + begin + ": "
                + HexFormat.ofDelimiter(" ").formatHex(code, begin, Math.min(code.length, begin + 15)));
    }

    Action decode(Interpreter m) {
        int b = next();
        if (b == 0xC5 || b == 0xC4) {
            vex(b == 0xC4);
            return map == 2 && (peek() == 0x49 || peek() == 0x4B || peek() == 0x5C) ? tile(m) : vector(m);
        }
        if (b == 0x62) {
            evex();
            return vector(m);
        }
        if ((b & 0xF0) == 0x40) {
            wide = (b & 8) != 0;
            reg = (b & 4) << 1;
            index = (b & 2) << 2;
            base = (b & 1) << 3;
            b = next();
        }
        return general(m, b);
    }

    private int peek() {
        return code[at] & 255;
    }

    // ---- operands ----

    /** Register number of the operand that may be memory, if it is a register; -1 otherwise. */
    private int direct() {
        return peek() >> 6 == 3 ? base | peek() & 7 : -1;
    }

    private int register() {
        return reg | peek() >> 3 & 7;
    }

    /** Reads ModRM, SIB and displacement; short displacements of EVEX count {@code scale} bytes. */
    private LongSupplier address(Interpreter m, int scale) {
        int modrm = next();
        int mod = modrm >> 6;
        int low = modrm & 7;
        if (mod == 3) {
            throw unknown();
        }
        if (mod == 0 && low == 5) {
            int distance = int32();
            long address = m.codeAddress(at + distance);
            return () -> address;
        }
        int sib = low == 4 ? next() : -1;
        int from = base | (sib < 0 ? low : sib & 7);
        int offset = sib < 0 || (index | sib >> 3 & 7) == 4 ? -1 : index | sib >> 3 & 7;
        if (sib >> 6 > 0 || mod == 0 && (from & 7) == 5) {
            throw unknown();
        }
        int d = mod == 0 ? 0 : mod == 1 ? (byte) next() * scale : int32();
        return offset < 0 ? () -> m.get(from) + d : () -> m.get(from) + m.get(offset) + d;
    }

    // ---- general instructions ----

    private Action general(Interpreter m, int opcode) {
        int r = base | opcode & 7;
        switch (opcode & 0xF8) {
            case 0x50: return () -> m.push(r);
            case 0x58: return () -> m.set(r, m.pop());
            case 0xB8: {
                long value = Integer.toUnsignedLong(int32());
                return () -> m.set(r, value);
            }
            default: break;
        }
        switch (opcode) {
            case 0xC3: return m::ret;
            case 0x74, 0x75: {
                int target = (byte) next() + at;
                return () -> m.jump(opcode == 0x74, target);
            }
            case 0x0F: return twoBytes(m);
            case 0x05: {
                int value = int32();
                return () -> m.setAndTest(0, m.get(0) + value);
            }
            default: return withOperands(m, opcode);
        }
    }

    private Action twoBytes(Interpreter m) {
        int opcode = next();
        switch (opcode) {
            case 0x84, 0x85: {
                int distance = int32();
                int target = distance + at;
                return () -> m.jump(opcode == 0x84, target);
            }
            case 0xA2: return m::cpuid;
            case 0x01: {
                if (next() != 0xD0) {
                    throw unknown();
                }
                return m::xgetbv;
            }
            case 0x18: {
                int hint = peek() >> 3 & 7;
                if (hint != 1 && hint != 2) {
                    throw unknown();
                }
                address(m, 1);
                return () -> { };
            }
            default: throw unknown();
        }
    }

    private Action withOperands(Interpreter m, int opcode) {
        int r = register();
        int rm = direct();
        if (rm < 0) {
            LongSupplier address = address(m, 1);
            if (opcode == 0x89 && !wide) {
                return () -> m.memory().setInt(address.getAsLong(), (int) m.get(r));
            }
            if (!wide) {
                throw unknown();
            }
            return switch (opcode) {
                case 0x8D -> () -> m.set(r, address.getAsLong());
                case 0x89 -> () -> m.memory().setLong(address.getAsLong(), m.get(r));
                case 0x8B -> () -> m.set(r, m.memory().getLong(address.getAsLong()));
                case 0x03 -> () -> m.setAndTest(r, m.get(r) + m.memory().getLong(address.getAsLong()));
                default -> throw unknown();
            };
        }
        at++;
        if (!wide) {
            throw unknown();
        }
        int group = r & 7;
        switch (opcode) {
            case 0x89: return () -> m.set(rm, m.get(r));
            case 0x01: return () -> m.setAndTest(rm, m.get(rm) + m.get(r));
            case 0x09: return () -> m.setAndTest(rm, m.get(rm) | m.get(r));
            case 0x85: return () -> m.test(m.get(rm) & m.get(r));
            case 0x81, 0x83: {
                int value = opcode == 0x81 ? int32() : (byte) next();
                require(group == 0);
                return () -> m.setAndTest(rm, m.get(rm) + value);
            }
            case 0xC1: {
                int count = next();
                require(group == 4);
                return () -> m.setAndTest(rm, m.get(rm) << count);
            }
            case 0xFF: {
                require(group == 1);
                return () -> m.setAndTest(rm, m.get(rm) - 1);
            }
            default: throw unknown();
        }
    }

    private void require(boolean known) {
        if (!known) {
            throw unknown();
        }
    }

    // ---- vectors ----

    private void vex(boolean three) {
        int b = next();
        reg = (~b >> 7 & 1) << 3;
        map = 1;
        if (three) {
            index = (~b >> 6 & 1) << 3;
            base = (~b >> 5 & 1) << 3;
            map = b & 31;
            b = next();
            require(b >> 7 == 0);
        }
        second = ~b >> 3 & 15;
        elements = (b & 4) == 0 ? 4 : 8;
        prefix = b & 3;
    }

    private void evex() {
        evex = true;
        int b = next();
        reg = (~b >> 7 & 1) << 3 | (~b >> 4 & 1) << 4;
        index = (~b >> 6 & 1) << 3;
        base = (~b >> 5 & 1) << 3;
        map = b & 15;
        b = next();
        require(b >> 7 == 0 && (b & 4) != 0);
        second = ~b >> 3 & 15;
        prefix = b & 3;
        b = next();
        second |= (~b >> 3 & 1) << 4;
        // No masks but mask 1 with zeros where it is clear, no broadcast operands, no rounding.
        masked = (b & 0x97) == 0x81;
        require(masked || (b & 0x97) == 0);
        elements = 4 << (b >> 5 & 3);
    }

    private Action vector(Interpreter m) {
        int opcode = next();
        int n = elements;
        if (opcode == 0x77 && map == 1 && prefix == 0 && !evex) {
            return m::zeroUpper;
        }
        int to = register();
        int a = second;
        int rm = direct();
        int key = map << 12 | prefix << 8 | opcode;
        require(!masked || key == 0x1028);
        if (rm >= 0) {
            at++;
            int b = evex ? rm | index << 1 : rm;
            return registers(m, key, to, a, b, n);
        }
        int[] v = m.vector(to);
        if (key == 0x2118) {
            LongSupplier address = address(m, evex ? 4 : 1);
            return () -> {
                java.util.Arrays.fill(v, 0, n, m.memory().getInt(address.getAsLong()));
                m.clearAbove(to, n);
            };
        }
        LongSupplier address = address(m, evex ? 4 * n : 1);
        switch (key) {
            case 0x1010: return () -> {
                m.memory().load(address.getAsLong(), v, n);
                m.clearAbove(to, n);
            };
            case 0x1011: return () -> m.memory().store(address.getAsLong(), v, n);
            default: break;
        }
        int[] other = new int[16];
        Action work = elements(m, key, to, m.vector(a), other, n);
        return () -> {
            m.memory().load(address.getAsLong(), other, n);
            work.run();
        };
    }

    private Action registers(Interpreter m, int key, int to, int a, int b, int n) {
        VectorUnit vectors = new VectorUnit(m, n);
        return switch (key) {
            case 0x1028 -> masked ? vectors.masked(to, b) : vectors.each(to, b, (x, y) -> y);
            case 0x102F -> () -> m.test(vectors.first(to) < vectors.first(b) || vectors.first(to) > vectors.first(b) ? 1 : 0);
            case 0x1172 -> {
                int count = next();
                require(to % 8 == 6);
                yield vectors.each(a, b, (x, y) -> y << count);
            }
            case 0x3104 -> {
                int order = next();
                yield vectors.gather(to, b, i -> i & -4 | order >> 2 * (i & 3) & 3);
            }
            case 0x3106 -> {
                require(next() == 1 && n == 8 && a == b);
                yield vectors.gather(to, b, i -> i ^ 4);
            }
            case 0x3123 -> {
                int order = next();
                require(n == 16 && a == b);
                yield vectors.gather(to, b, i -> (order >> 2 * (i >> 2) & 3) << 2 | i & 3);
            }
            case 0x2272 -> vectors.narrow(to, b);
            default -> elements(m, key, to, m.vector(a), m.vector(b), n);
        };
    }

    /** Work on each element of two operands. */
    private Action elements(Interpreter m, int key, int to, int[] a, int[] b, int n) {
        VectorUnit vectors = new VectorUnit(m, n);
        int[] old = m.vector(to);
        return switch (key) {
            case 0x1057, 0x11EF -> vectors.each(to, a, b, (x, y) -> x ^ y);
            case 0x1055 -> vectors.each(to, a, b, (x, y) -> ~x & y);
            case 0x11FE -> vectors.each(to, a, b, Integer::sum);
            case 0x1058 -> vectors.floats(to, a, b, Float::sum);
            case 0x105C -> vectors.floats(to, a, b, (x, y) -> x - y);
            case 0x1059 -> vectors.floats(to, a, b, (x, y) -> x * y);
            case 0x105F -> vectors.floats(to, a, b, (x, y) -> x > y ? x : y);
            case 0x10C2 -> {
                int comparison = next();
                require(comparison == (evex ? 5 : 1));
                yield evex ? vectors.maskUnlessLess(to, a, b)
                        : vectors.each(to, a, b, (x, y) -> Float.intBitsToFloat(x) < Float.intBitsToFloat(y) ? -1 : 0);
            }
            case 0x21A8 -> vectors.fused(to, old, a, b);
            case 0x21B8 -> vectors.fused(to, a, b, old);
            case 0x2252 -> {
                require(evex);
                yield vectors.pairs(to, a, b);
            }
            default -> throw unknown();
        };
    }

    // ---- tiles ----

    private Action tile(Interpreter m) {
        int opcode = next();
        int t = register();
        int rm = direct();
        TileUnit tiles = m.tiles();
        require(t < 8 && elements == 4);
        if (opcode == 0x49 && prefix == 0 && rm < 0) {
            LongSupplier address = address(m, 1);
            require(t == 0);
            return () -> tiles.configure(address.getAsLong());
        }
        if (opcode == 0x49 && rm >= 0) {
            at++;
            require(rm == 0 && (prefix == 3 || prefix == 0 && t == 0));
            return prefix == 0 ? tiles::release : () -> tiles.zero(t);
        }
        if (opcode == 0x4B && rm < 0 && (prefix == 3 || prefix == 2)) {
            require((peek() & 7) == 4);
            int sib = code[at + 1] & 255;
            int stride = index | sib >> 3 & 7;
            int from = base | sib & 7;
            LongSupplier place = address(m, 1);
            // The address is that of the first row without the index, which is the distance between rows.
            LongSupplier first = () -> place.getAsLong() - m.get(stride);
            require(stride != 4 && from != 4);
            return prefix == 3 ? () -> tiles.load(t, first.getAsLong(), m.get(stride)) : () -> tiles.store(t, first.getAsLong(), m.get(stride));
        }
        if (opcode == 0x5C && rm >= 0 && prefix == 2) {
            at++;
            int b = second;
            require(rm < 8 && b < 8);
            return () -> tiles.multiplyAdd(t, rm, b);
        }
        throw unknown();
    }
}
