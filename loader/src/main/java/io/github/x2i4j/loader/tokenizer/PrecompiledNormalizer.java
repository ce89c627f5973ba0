package io.github.x2i4j.loader.tokenizer;

import io.github.x2i4j.engine.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SentencePiece's compiled character map (nmt_nfkc and relatives): a double-array trie over UTF-8 whose values are places in a
 * list of NUL-terminated replacements.
 *
 * <p>Goes over the extended grapheme clusters of the text as the {@code Precompiled} node of the tokenizers library does: a
 * cluster below six bytes with a match becomes the replacement of its shortest match, every other one is replaced code point by
 * code point.
 */
final class PrecompiledNormalizer implements TextNormalizer {
    private static final Pattern CLUSTER = Pattern.compile("\\X");
    private static final int LONGEST_WHOLE_CLUSTER = 5;
    /** Bytes of a replacement; the longest of nmt_nfkc has 33. */
    private static final int LONGEST_REPLACEMENT = 512;

    private final int[] trie;
    private final byte[] replacements;
    private final String where;

    /**
     * @param map u32 size of the trie in bytes, the trie's units, the replacements; little-endian
     * @param where file and field, for messages
     */
    PrecompiledNormalizer(byte[] map, String where) {
        this.where = where;
        if (map.length < 8) {
            throw new InvalidInputException(where + ": the character map has only " + map.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        long size = Integer.toUnsignedLong(in.getInt());
        if (size < 4 || size % 4 != 0 || size > map.length - 4) {
            throw new InvalidInputException(where + ": the character map has " + map.length + " bytes and says that its trie has " + size);
        }
        trie = new int[(int) size / 4];
        in.asIntBuffer().get(trie);
        replacements = new byte[map.length - 4 - (int) size];
        in.get(4 + (int) size, replacements);
    }

    @Override
    public String normalize(String s) {
        StringBuilder out = new StringBuilder(s.length());
        Matcher clusters = CLUSTER.matcher(s);
        while (clusters.find()) {
            String cluster = clusters.group();
            // a code point has at most four bytes, so that beyond this many characters the cluster is longer than five
            if (cluster.length() <= LONGEST_WHOLE_CLUSTER) {
                byte[] utf8 = Bytes.utf8(cluster);
                if (utf8.length <= LONGEST_WHOLE_CLUSTER && replace(utf8, out)) {
                    continue;
                }
            }
            cluster.codePoints().forEach(c -> {
                if (!replace(Bytes.utf8(Character.toString(c)), out)) {
                    out.appendCodePoint(c);
                }
            });
        }
        return out.toString();
    }

    /** Appends the replacement of the shortest entry that the bytes begin with. */
    private boolean replace(byte[] utf8, StringBuilder out) {
        int pos = offset(trie[0]);
        for (byte b : utf8) {
            int c = b & 0xFF;
            pos ^= c;
            if (c == 0 || pos >= trie.length || (trie[pos] & 0x800000FF) != c) {
                return false;
            }
            int unit = trie[pos];
            pos ^= offset(unit);
            if (pos >= trie.length) {
                return false;
            }
            if ((unit >> 8 & 1) == 1) {
                append(trie[pos] & 0x7FFFFFFF, out);
                return true;
            }
        }
        return false;
    }

    private void append(int start, StringBuilder out) {
        int end = start;
        while (end < replacements.length && replacements[end] != 0 && end - start < LONGEST_REPLACEMENT) {
            end++;
        }
        if (start >= replacements.length || end == replacements.length || replacements[end] != 0) {
            throw new InvalidInputException(where + ": the character map points to byte " + start + " of " + replacements.length
                    + " bytes of replacements, where none of at most " + LONGEST_REPLACEMENT + " bytes stands");
        }
        out.append(new String(replacements, start, end - start, StandardCharsets.UTF_8));
    }

    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 0x200) >>> 6);
    }
}
