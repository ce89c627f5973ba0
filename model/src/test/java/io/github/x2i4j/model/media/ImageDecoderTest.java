package io.github.x2i4j.model.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.model.media.ImageOptions.Transparency;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static final ImageOptions ON_WHITE = ImageOptions.DEFAULT.with(Transparency.ON_WHITE);

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = ImageDecoderTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static RgbImage decode(byte[] bytes) {
        return ImageDecoder.decode(bytes, "picture", ImageOptions.DEFAULT);
    }

    private static String crc(RgbImage image) {
        CRC32 crc = new CRC32();
        crc.update(image.rgb());
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static byte[] rgb(int... values) {
        return PngBuilder.bytes(values);
    }

    /** Checksums of the bytes that Pillow 12.3 gives after convert('RGB'). */
    @ParameterizedTest
    @CsvSource({"420.jpg,37,29,195f3134", "422.jpg,37,29,c0a759bc", "440.jpg,37,29,1d6a9a51", "444-progressive.jpg,37,29,62555ab1", "565.bmp,10,7,5122cc6d",
        "alpha.bmp,9,7,b04c914c", "animated.gif,37,29,cac1c5a6", "cmyk.jpg,37,29,2c7e6e7c", "grey.bmp,37,29,62d74caf",
        "grey.jpg,37,29,8223b9f6", "interlaced.gif,37,29,cac1c5a6", "offset-transparent.gif,50,40,b7ebad04",
        "palette.bmp,37,29,cac1c5a6", "rgb.jpg,37,29,978ccdc6", "rotated-profile-restarts.jpg,37,29,195f3134",
        "top-down.bmp,9,7,cb7fc212", "ycck.jpg,37,29,1a070827", "lossy.webp,37,29,b90b5f56",
        "lossy-photo.webp,61,61,1b69bf19", "lossy-alpha.webp,37,29,1fc98113", "lossless.webp,37,29,978ccdc6",
        "lossless-palette.webp,53,37,4449aa98", "lossless-alpha.webp,37,29,cac1c5a6", "animated.webp,50,40,0088eff1",
        "lossy-right-edge.webp,64,48,a3a85c05", "lossy-noise.webp,17,15,1988edb9", "lossy-coarse.webp,400,400,4566fc68",
        "lossless-groups.webp,64,48,e673d742", "lossless-photo.webp,56,40,7871ae8e"})
    void picturesHaveThePixelsOfPillow(String file, int width, int height, String checksum) throws IOException {
        RgbImage image = decode(resource(file));
        assertThat(image.width()).isEqualTo(width);
        assertThat(image.height()).isEqualTo(height);
        assertThat(crc(image)).isEqualTo(checksum);
    }

    @ParameterizedTest
    @CsvSource({"alpha.bmp,5c806459", "lossy-alpha.webp,a7bbc43e", "lossless-alpha.webp,f62db462", "animated.webp,bc4ff84b",
        "lossless.webp,978ccdc6"})
    void transparencyIsLaidOnWhiteWhereAskedFor(String file, String checksum) throws IOException {
        assertThat(crc(ImageDecoder.decode(resource(file), file, ON_WHITE))).isEqualTo(checksum);
    }

    @Test
    void pngTransparencyIsDroppedOrLaidOnWhite() {
        byte[] png = new PngBuilder(1, 2, 8, 6, false).pixels(100, 0, 200, 100, 50, 128, 0, 1, 2, 3, 0);
        assertThat(decode(png).rgb()).isEqualTo(rgb(200, 100, 50, 1, 2, 3));
        assertThat(ImageDecoder.decode(png, "p", ON_WHITE).rgb()).isEqualTo(rgb(227, 177, 152, 255, 255, 255));
        byte[] grey = new PngBuilder(1, 1, 8, 4, false).pixels(100, 0, 9, 128);
        assertThat(ImageDecoder.decode(grey, "p", ON_WHITE).rgb()).as("8-bit grey").isEqualTo(rgb(9, 9, 9));
        byte[] wide = new PngBuilder(1, 1, 16, 4, false).pixels(100, 0, 200, 7, 128, 9);
        assertThat(ImageDecoder.decode(wide, "p", ON_WHITE).rgb()).as("16-bit grey").isEqualTo(rgb(227, 227, 227));
    }

    @Test
    void sixteenBitGreysAreClippedAndColoursLoseTheLowByte() {
        byte[] grey = new PngBuilder(2, 1, 16, 0, false).pixels(100, 0, 3, 232, 0, 100); // 1000, 100
        assertThat(decode(grey).rgb()).isEqualTo(rgb(255, 255, 255, 100, 100, 100));
        byte[] colour = new PngBuilder(1, 1, 16, 2, false).pixels(100, 0, 1, 255, 2, 255, 3, 255);
        assertThat(decode(colour).rgb()).isEqualTo(rgb(1, 2, 3));
    }

    @Test
    void fewBitsAreSpreadOverTheWholeRange() {
        assertThat(decode(new PngBuilder(9, 1, 1, 0, false).pixels(100, 0, 0b10100000, 0b10000000)).rgb()).isEqualTo(
                rgb(255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255));
        assertThat(decode(new PngBuilder(4, 1, 2, 0, false).pixels(100, 0, 0b00011011)).rgb())
                .isEqualTo(rgb(0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255));
        assertThat(decode(new PngBuilder(2, 1, 4, 0, false).pixels(100, 0, 0x1F)).rgb()).isEqualTo(rgb(17, 17, 17, 255, 255, 255));
    }

    @Test
    void palettesAreLookedUpAndTheirTransparencyIsDropped() {
        byte[] png = new PngBuilder(3, 1, 8, 3, false).chunk("PLTE", rgb(1, 2, 3, 4, 5, 6)).chunk("tRNS", rgb(0))
                .pixels(100, 0, 1, 0, 9);
        assertThat(ImageDecoder.decode(png, "p", ON_WHITE).rgb()).as("an index beyond the palette is black")
                .isEqualTo(rgb(4, 5, 6, 1, 2, 3, 0, 0, 0));
    }

    @Test
    void everyPngFilterIsUndoneAcrossChunks() {
        byte[] png = new PngBuilder(2, 5, 8, 2, false).pixels(5,
                0, 10, 20, 30, 40, 50, 60, // as it is
                1, 10, 20, 30, 40, 50, 60, // left
                2, 1, 1, 1, 1, 1, 1, // above
                3, 1, 1, 1, 1, 1, 1, // mean
                4, 1, 1, 1, 1, 1, 1); // Paeth
        assertThat(decode(png).rgb()).isEqualTo(rgb(10, 20, 30, 40, 50, 60, 10, 20, 30, 50, 70, 90, 11, 21, 31, 51, 71, 91,
                6, 11, 16, 29, 42, 54, 7, 12, 17, 30, 43, 55));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "3,5", "4,4", "8,8", "19,23"})
    void interlacedPngsEqualPlainOnes(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        new Random(width).nextBytes(pixels);
        int[][] passes = {{0, 8, 0, 8}, {4, 8, 0, 8}, {0, 4, 4, 8}, {2, 4, 0, 4}, {0, 2, 2, 4}, {1, 2, 0, 2}, {0, 1, 1, 2}};
        int[] rows = new int[4 * pixels.length];
        int n = 0;
        for (int[] p : passes) {
            for (int y = p[2]; y < height && p[0] < width; y += p[3]) {
                rows[n++] = 0;
                for (int x = p[0]; x < width; x += p[1]) {
                    for (int c = 0; c < 3; c++) {
                        rows[n++] = pixels[3 * (y * width + x) + c];
                    }
                }
            }
        }
        byte[] png = new PngBuilder(width, height, 8, 2, true).pixels(1000, Arrays.copyOf(rows, n));
        assertThat(decode(png).rgb()).isEqualTo(pixels);
    }

    @ParameterizedTest
    @ValueSource(strings = {"420.jpg", "444-progressive.jpg", "grey.jpg", "cmyk.jpg", "palette.bmp", "top-down.bmp",
        "interlaced.gif", "lossy.webp", "lossy-alpha.webp", "lossless.webp", "animated.webp"})
    void truncatedPicturesAreRefusedWithTheirName(String file) throws IOException {
        byte[] whole = resource(file);
        for (int length : new int[] {whole.length / 2, whole.length * 9 / 10, 20}) {
            assertThatThrownBy(() -> ImageDecoder.decode(Arrays.copyOf(whole, length), file, ImageOptions.DEFAULT))
                    .as("%d bytes", length).isInstanceOf(InvalidInputException.class).hasMessageStartingWith(file)
                    .hasMessageContaining("truncated");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"420.jpg", "444-progressive.jpg", "grey.jpg", "cmyk.jpg"})
    void jpegsThatEndTooSoonAreRefusedThoughTheyHaveAnEnd(String file) throws IOException {
        byte[] whole = resource(file);
        byte[] cut = Arrays.copyOf(whole, whole.length * 9 / 10);
        cut[cut.length - 2] = (byte) 0xFF;
        cut[cut.length - 1] = (byte) 0xD9;
        assertThatThrownBy(() -> decode(cut)).isInstanceOf(InvalidInputException.class).hasMessageContaining("truncated");
    }

    @Test
    void truncatedAndDamagedPngsAreRefused() {
        byte[] png = new PngBuilder(3, 3, 8, 0, false).pixels(100, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9);
        for (int length = 8; length < png.length - 12; length++) { // the last 12 bytes only say that it ends
            byte[] cut = Arrays.copyOf(png, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(InvalidInputException.class);
        }
        for (int i = 8; i < png.length - 12; i++) {
            byte[] damaged = png.clone();
            damaged[i] ^= 0x10;
            assertThatThrownBy(() -> decode(damaged)).as("byte %d", i).isInstanceOf(InvalidInputException.class);
        }
        byte[] few = new PngBuilder(3, 3, 8, 0, false).pixels(100, 0, 1, 2, 3, 0);
        assertThatThrownBy(() -> decode(few)).hasMessage("picture is truncated: pixels are missing");
        byte[] filter = new PngBuilder(1, 1, 8, 0, false).pixels(100, 5, 1);
        assertThatThrownBy(() -> decode(filter)).hasMessageContaining("unknown filter 5");
        byte[] depth = new PngBuilder(1, 1, 3, 0, false).pixels(100, 0, 1);
        assertThatThrownBy(() -> decode(depth)).hasMessageContaining("depth 3").hasMessageContaining("does not exist");
        byte[] palette = new PngBuilder(1, 1, 8, 3, false).pixels(100, 0, 1);
        assertThatThrownBy(() -> decode(palette)).hasMessageContaining("palette is missing");
    }

    @Test
    void tooManyPixelsAreRefusedBeforeDecoding() throws IOException {
        byte[] png = new PngBuilder(30_000, 30_000, 8, 2, false).pixels(100, 0);
        assertThatThrownBy(() -> decode(png)).isInstanceOf(InvalidInputException.class).hasMessageContaining("30000 x 30000")
                .hasMessageContaining("100000000").hasMessageContaining("scale it down");
        byte[] lying = new PngBuilder(9_000, 9_000, 8, 2, false).pixels(100, 0);
        assertThatThrownBy(() -> decode(lying)).hasMessageContaining("is truncated: 66 bytes for 9000 x 9000 pixels");
        byte[] thin = new PngBuilder(10_000_000, 1, 8, 2, false).pixels(100, 0);
        assertThatThrownBy(() -> decode(thin)).hasMessageContaining("131072 a side");
        byte[] none = new PngBuilder(0, 5, 8, 2, false).pixels(100, 0);
        assertThatThrownBy(() -> decode(none)).hasMessageContaining("0 x 5");
        ImageOptions small = new ImageOptions(36 * 29, Transparency.DROPPED);
        for (String file : new String[] {"420.jpg", "animated.gif", "palette.bmp", "lossy.webp", "lossless.webp"}) {
            byte[] bytes = resource(file);
            assertThatThrownBy(() -> ImageDecoder.decode(bytes, file, small)).isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("37 x 29 pixels, which exceeds the limit of 1044 pixels");
        }
    }

    /** A lossless WebP of one colour: its codes have one symbol each, so that no pixel takes a bit. */
    private static byte[] webpOfOneColour(int width, int height, int red, int green, int blue) {
        StringBuilder bits = new StringBuilder(); // the last comes first
        int[][] fields = {{0x2F, 8}, {width - 1, 14}, {height - 1, 14}, {0, 4}, {0, 3}, {0b101, 3}, {green, 8}, {0b101, 3}, {red, 8},
            {0b101, 3}, {blue, 8}, {0b101, 3}, {255, 8}, {0b0001, 4}, {0, 5}};
        for (int[] field : fields) {
            for (int b = 0; b < field[1]; b++) {
                bits.insert(0, field[0] >> b & 1);
            }
        }
        int length = bits.length() / 8;
        byte[] big = new BigInteger(bits.toString(), 2).toByteArray();
        ByteBuffer out = ByteBuffer.allocate(20 + length + (length & 1)).order(ByteOrder.LITTLE_ENDIAN);
        out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(out.capacity() - 8)
                .put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(length);
        for (int i = 0; i < length; i++) {
            out.put(i < big.length ? big[big.length - 1 - i] : 0);
        }
        return out.array();
    }

    @Test
    void aFewBytesOfWebpMayBeManyPixels() {
        byte[] flat = webpOfOneColour(2000, 1500, 200, 30, 60);
        assertThat(flat).hasSizeLessThan(40);
        RgbImage image = decode(flat);
        assertThat(image.width()).isEqualTo(2000);
        assertThat(Arrays.copyOf(image.rgb(), 6)).isEqualTo(rgb(200, 30, 60, 200, 30, 60));
        assertThat(Arrays.mismatch(image.rgb(), 3, image.rgb().length, image.rgb(), 0, image.rgb().length - 3)).isEqualTo(-1);
        byte[] huge = webpOfOneColour(16_384, 16_384, 1, 2, 3);
        assertThatThrownBy(() -> decode(huge)).isInstanceOf(InvalidInputException.class).hasMessageContaining("16384 x 16384")
                .hasMessageContaining("scale it down");
    }

    @Test
    void theContentDecidesNotTheName(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("picture.png");
        Files.write(file, resource("420.jpg"));
        assertThat(ImageDecoder.decode(file).width()).isEqualTo(37);
    }

    @Test
    void whatIsNoFileOrNoPictureIsNamed(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> ImageDecoder.decode(folder)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is a folder");
        assertThatThrownBy(() -> ImageDecoder.decode(folder.resolve("no.png"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no.png does not exist");
        assertThatThrownBy(() -> decode("hello, world".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InvalidInputException.class).hasMessage("picture is no picture; PNG, JPEG, WebP, GIF and BMP are read");
        assertThatThrownBy(() -> decode(new byte[0])).hasMessageContaining("is empty");
        for (byte[] magic : new byte[][] {PngChunks.SIGNATURE, rgb(0xFF, 0xD8, 0xFF), "GIF89a".getBytes(StandardCharsets.UTF_8),
            "BM".getBytes(StandardCharsets.UTF_8)}) {
            assertThatThrownBy(() -> decode(magic)).isInstanceOf(InvalidInputException.class);
        }
    }

    @Test
    void formatsThatAreNotReadAreNamed() {
        String[][] formats = {{"II*\0....", "TIFF"}, {"....ftypavif", "AVIF"}};
        for (String[] f : formats) {
            assertThatThrownBy(() -> decode(f[0].getBytes(StandardCharsets.ISO_8859_1)))
                    .isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining(f[1]).hasMessageContaining("convert it");
        }
    }

    @Test
    void rareJpegsAreUnsupportedNotCorrupt() throws IOException {
        byte[] arithmetic = resource("420.jpg");
        int frame = indexOf(arithmetic, (byte) 0xFF, (byte) 0xC0);
        arithmetic[frame + 1] = (byte) 0xC9;
        assertThatThrownBy(() -> decode(arithmetic)).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("arithmetic");
        byte[] deep = resource("420.jpg");
        deep[frame + 4] = 12;
        assertThatThrownBy(() -> decode(deep)).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("12 bits");
    }

    @Test
    void damagedPicturesGiveTypedErrorsOrPixels() throws IOException {
        Random random = new Random(7);
        for (String file : new String[] {"420.jpg", "cmyk.jpg", "444-progressive.jpg", "interlaced.gif", "palette.bmp", "565.bmp",
            "lossy.webp", "lossy-alpha.webp", "lossless.webp", "lossless-palette.webp", "animated.webp"}) {
            byte[] whole = resource(file);
            for (int run = 0; run < 300; run++) {
                byte[] damaged = whole.clone();
                for (int i = 0; i < 3; i++) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                try {
                    decode(damaged);
                } catch (X2iException expected) {
                    assertThat(expected.getMessage()).startsWith("picture ").doesNotContain("\n");
                }
            }
        }
    }

    private static int indexOf(byte[] bytes, byte a, byte b) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int i = 0;
        while (buffer.get(i) != a || buffer.get(i + 1) != b) {
            i++;
        }
        return i;
    }
}
