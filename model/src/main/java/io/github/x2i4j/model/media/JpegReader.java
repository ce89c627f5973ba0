package io.github.x2i4j.model.media;

import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageReader;

/**
 * Decodes JPEG pictures. The JDK's reader (libjpeg) unpacks the samples; it is given only the segments it needs for that, so that
 * profiles, thumbnails and its own guesses about colours play no part. The colours are then converted as libjpeg-turbo and Pillow
 * do it.
 */
final class JpegReader {
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int DHT = 0xC4;
    private static final int DAC = 0xCC;
    private static final int APP0 = 0xE0;
    private static final int APP14 = 0xEE;
    private static final int COM = 0xFE;

    private final byte[] bytes;
    private final ByteArrayOutputStream needed;
    private int at = 2;
    private int frame = -1;
    private boolean jfif;
    /** Of the Adobe segment, or -1 without one. */
    private int adobeTransform = -1;

    private JpegReader(byte[] bytes) {
        this.bytes = bytes;
        this.needed = new ByteArrayOutputStream(bytes.length);
    }

    static RgbImage read(byte[] bytes, ImageOptions options) throws CorruptImageException, UnsupportedImageException {
        return new JpegReader(bytes).read(options);
    }

    private RgbImage read(ImageOptions options) throws CorruptImageException, UnsupportedImageException {
        segments(options);
        int components = bytes[frame + 9];
        Raster raster = samples(needed.toByteArray());
        byte[] data = ((DataBufferByte) raster.getDataBuffer()).getData();
        int width = raster.getWidth();
        int height = raster.getHeight();
        if (raster.getNumBands() != components || data.length != (long) components * width * height) {
            throw new CorruptImageException("is corrupt: its scans do not match its header");
        }
        for (int c = 0; c < components; c++) {
            if (isHalfAsHigh(c)) {
                JpegColours.smoothRows(data, components, c, width, height);
            }
        }
        return new RgbImage(width, height, switch (components) {
            case 1 -> JpegColours.fromGrey(data);
            case 3 -> isYcc3() ? JpegColours.fromYcc(data) : data;
            default -> JpegColours.fromInvertedCmyk(adobeTransform == 2 ? JpegColours.fromYcck(data) : data);
        });
    }

    /** Whether a component has every row for two of the picture's, and as many columns: the JDK's reader repeats its rows. */
    private boolean isHalfAsHigh(int component) {
        int[] most = new int[2];
        int components = bytes[frame + 9];
        for (int c = 0; c < components; c++) {
            int sampling = bytes[frame + 11 + 3 * c];
            most[0] = Math.max(most[0], sampling >> 4);
            most[1] = Math.max(most[1], sampling & 15);
        }
        int own = bytes[frame + 11 + 3 * component];
        return own >> 4 == most[0] && 2 * (own & 15) == most[1];
    }

    /** What libjpeg takes three components for. */
    private boolean isYcc3() {
        if (jfif) {
            return true;
        }
        if (adobeTransform >= 0) {
            return adobeTransform != 0;
        }
        return !(bytes[frame + 10] == 'R' && bytes[frame + 13] == 'G' && bytes[frame + 16] == 'B');
    }

    /** Copies the segments that the samples are made of and remembers what the colours need. */
    private void segments(ImageOptions options) throws CorruptImageException, UnsupportedImageException {
        needed.write(bytes, 0, 2);
        int scans = 0;
        while (true) {
            int marker = marker();
            if (marker == EOI) {
                break;
            }
            int from = at - 2; // the marker itself
            int length = at + 2 <= bytes.length ? (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF : 0;
            if (length < 2 || length > bytes.length - at) {
                throw new CorruptImageException("is truncated in a segment at byte " + from);
            }
            at += length;
            if (marker == APP0 && starts(from + 4, "JFIF\0")) {
                jfif = true;
            } else if (marker == APP14 && length >= 14 && starts(from + 4, "Adobe")) {
                adobeTransform = bytes[from + 15] & 0xFF;
            } else if (marker >= 0xC0 && marker <= 0xCF && marker != DHT && marker != DAC && marker != 0xC8) {
                frame(marker, from, length, options);
            } else if (marker == SOS) {
                scans++;
                skipEntropyCoded();
            }
            if (!(marker >= APP0 && marker <= 0xEF) && marker != COM) {
                needed.write(bytes, from, at - from);
            }
        }
        if (frame < 0 || scans == 0) {
            throw new CorruptImageException("is truncated: it holds no pixels");
        }
        needed.write(0xFF);
        needed.write(EOI);
    }

    private void frame(int marker, int from, int length, ImageOptions options)
            throws CorruptImageException, UnsupportedImageException {
        if (length < 8 || length != 8 + 3 * bytes[from + 9] || frame >= 0) {
            throw new CorruptImageException("is corrupt: its frame header at byte " + from + " is broken");
        }
        if (marker > 0xC2) {
            throw new UnsupportedImageException("is a JPEG of a rare kind (arithmetic coding, lossless or hierarchical), which is not "
                    + "read; convert it to PNG");
        }
        int bits = bytes[from + 4];
        int components = bytes[from + 9];
        if (bits != 8 || components != 1 && components != 3 && components != 4) {
            throw new UnsupportedImageException("is a JPEG of " + components + " components with " + bits + " bits, which is not read; "
                    + "convert it to PNG");
        }
        frame = from;
        ImageDecoder.checkSize((bytes[from + 7] & 0xFF) << 8 | bytes[from + 8] & 0xFF,
                (bytes[from + 5] & 0xFF) << 8 | bytes[from + 6] & 0xFF, bytes, options);
    }

    /** The next marker; junk before it is skipped, as libjpeg does. */
    private int marker() throws CorruptImageException {
        for (; at + 1 < bytes.length; at++) {
            int code = bytes[at + 1] & 0xFF;
            if (bytes[at] == (byte) 0xFF && code != 0 && code != 0xFF && code != SOI && !isRestart(code)) {
                at += 2;
                return code;
            }
        }
        throw new CorruptImageException("is truncated: its end is missing");
    }

    private void skipEntropyCoded() {
        for (; at + 1 < bytes.length; at++) {
            int code = bytes[at + 1] & 0xFF;
            if (bytes[at] == (byte) 0xFF && code != 0 && code != 0xFF && !isRestart(code)) {
                return;
            }
        }
        at = bytes.length;
    }

    private static boolean isRestart(int code) {
        return code >= 0xD0 && code <= 0xD7;
    }

    private boolean starts(int from, String magic) {
        for (int i = 0; i < magic.length(); i++) {
            if (from + i >= bytes.length || bytes[from + i] != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static Raster samples(byte[] jpeg) throws CorruptImageException, UnsupportedImageException {
        ImageReader reader = JdkImages.reader("jpeg", jpeg);
        List<String> damage = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> {
            if (warning.startsWith("Premature end") || warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous")) {
                damage.add(warning);
            }
        });
        try {
            Raster raster = reader.readRaster(0, null);
            if (!damage.isEmpty()) {
                throw new CorruptImageException("is corrupt or truncated: " + damage.getFirst());
            }
            return raster;
        } catch (CorruptImageException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the JDK's readers meet broken files with both
            throw new CorruptImageException("is corrupt or truncated: " + JdkImages.reason(e), e);
        } finally {
            reader.dispose();
        }
    }
}
