package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The fields of one protobuf message in memory, one after the other. */
final class ProtobufReader {
    private final ByteBuffer in;
    private final String file;
    /** Byte of the file at which the message begins. */
    private final int start;
    private int wireType;

    /**
     * @param file for messages
     */
    ProtobufReader(ByteBuffer in, String file) {
        this(in, file, 0);
    }

    private ProtobufReader(ByteBuffer in, String file, int start) {
        this.in = in.slice().order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
        this.start = start;
    }

    /** Number of the next field, or 0 at the end. */
    int next() {
        if (!in.hasRemaining()) {
            return 0;
        }
        long key = varint();
        wireType = (int) key & 7;
        if (key >>> 3 == 0 || key >>> 3 > 0x1FFFFFFF) {
            throw damaged("a field number of " + (key >>> 3));
        }
        return (int) (key >>> 3);
    }

    /** Value of an integer, enum or bool field. */
    long integer() {
        expect(0);
        return varint();
    }

    float float32() {
        expect(5);
        return need(4).getFloat();
    }

    ByteBuffer bytes() {
        expect(2);
        long length = varint();
        if (length < 0 || length > in.remaining()) {
            throw damaged("a field of " + length + " bytes where " + in.remaining() + " are left");
        }
        ByteBuffer out = in.slice(in.position(), (int) length);
        in.position(in.position() + (int) length);
        return out;
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    ProtobufReader message() {
        ByteBuffer message = bytes();
        return new ProtobufReader(message, file, start + in.position() - message.remaining());
    }

    void skip() {
        switch (wireType) {
            case 0 -> varint();
            case 1 -> need(8).getLong();
            case 2 -> bytes();
            case 5 -> need(4).getInt();
            default -> throw damaged("a field of wire type " + wireType);
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = need(1).get();
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw damaged("a number of more than 64 bits");
    }

    private ByteBuffer need(int bytes) {
        if (in.remaining() < bytes) {
            throw damaged("an end inside a field");
        }
        return in;
    }

    private void expect(int type) {
        if (wireType != type) {
            throw damaged("wire type " + wireType + " where " + type + " is expected");
        }
    }

    private InvalidInputException damaged(String what) {
        return new InvalidInputException(file + ": not a whole SentencePiece model: it has " + what + " at byte " + (start + in.position()));
    }
}
