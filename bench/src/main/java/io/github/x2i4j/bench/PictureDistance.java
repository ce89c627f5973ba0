package io.github.x2i4j.bench;

import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.RgbImage;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How far two pictures of one size are apart: peak signal-to-noise ratio in dB, over all 8-bit channels.
 *
 * <p>Arguments: two files, and the least ratio that is enough ({@code same} for the same pixels); exit code 1 if it is not reached.
 */
public final class PictureDistance {
    private static final double LARGEST = 255;

    private PictureDistance() {
    }

    /** See the class. */
    public static void main(String[] args) {
        RgbImage a = ImageDecoder.decode(Path.of(args[0]));
        RgbImage b = ImageDecoder.decode(Path.of(args[1]));
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new IllegalArgumentException("pictures of different sizes");
        }
        double sum = 0;
        for (int i = 0; i < a.rgb().length; i++) {
            double d = (a.rgb()[i] & 0xFF) - (b.rgb()[i] & 0xFF);
            sum += d * d;
        }
        double ratio = sum == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(LARGEST * LARGEST * a.rgb().length / sum);
        boolean enough = args[2].equals("same") ? sum == 0 : ratio >= Double.parseDouble(args[2]);
        System.out.printf(Locale.ROOT, "%s PSNR %s, at least %s%n", enough ? "PASS" : "FAIL",
                sum == 0 ? "of the same pixels" : String.format(Locale.ROOT, "%.1f dB", ratio), args[2]);
        System.exit(enough ? 0 : 1);
    }
}
