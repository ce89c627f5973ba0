package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** UTF-8, and GPT-2's way of writing bytes as printable characters in vocabulary files. */
final class Bytes {
    private static final char[] CHAR_OF_BYTE = new char[256];
    /** Byte of each character of the alphabet, -1 for the others. */
    private static final short[] BYTE_OF_CHAR = new short[256 + 68];

    static {
        Arrays.fill(BYTE_OF_CHAR, (short) -1);
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174;
            CHAR_OF_BYTE[b] = (char) (printable ? b : next++);
            BYTE_OF_CHAR[CHAR_OF_BYTE[b]] = (short) b;
        }
    }

    private Bytes() {
    }

    /** The character that stands for a byte. */
    static char toChar(int b) {
        return CHAR_OF_BYTE[b];
    }

    /** Bytes of a token: what its characters stand for or, where one of them stands for no byte, its own UTF-8. */
    static byte[] ofToken(String token) {
        byte[] out = new byte[token.length()];
        for (int i = 0; i < out.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTE_OF_CHAR.length || BYTE_OF_CHAR[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            out[i] = (byte) BYTE_OF_CHAR[c];
        }
        return out;
    }

    /**
     * UTF-8 of a text.
     *
     * @throws InvalidInputException for half of a surrogate pair, which no UTF-8 has
     */
    static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    throw new InvalidInputException("the text has half of a surrogate pair (" + String.format("U+%04X", (int) text.charAt(i))
                            + "), which is no character: remove it");
                }
                i++;
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Text of bytes; each longest prefix of a sequence that cannot go on becomes one U+FFFD (the JDK does the same, but makes one
     * of an encoded surrogate, where the reference makes three).
     */
    static String text(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length);
        int i = 0;
        while (i < bytes.length) {
            int first = bytes[i++] & 0xFF;
            if (first < 0x80) {
                out.append((char) first);
                continue;
            }
            int more = first >= 0xC2 && first <= 0xDF ? 1 : first >= 0xE0 && first <= 0xEF ? 2 : first >= 0xF0 && first <= 0xF4 ? 3 : 0;
            int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
            int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
            int c = first & 0x3F >> more;
            int seen = 0;
            while (seen < more && i < bytes.length && (bytes[i] & 0xFF) >= low && (bytes[i] & 0xFF) <= high) {
                c = c << 6 | bytes[i++] & 0x3F;
                low = 0x80;
                high = 0xBF;
                seen++;
            }
            out.appendCodePoint(more > 0 && seen == more ? c : 0xFFFD);
        }
        return out.toString();
    }

    /** Whether a character has the Unicode property White_Space. */
    static boolean isWhiteSpace(int c) {
        return c >= 9 && c <= 13 || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028
                || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    }
}
