package io.github.x2i4j.model.media;

import java.io.ByteArrayInputStream;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** The JDK's own picture readers, whatever other plug-ins a program brings. */
final class JdkImages {
    private JdkImages() {
    }

    /** A reader of {@code bytes}, to be disposed of by the caller. */
    static ImageReader reader(String format, byte[] bytes) throws UnsupportedImageException {
        for (Iterator<ImageReader> all = ImageIO.getImageReadersByFormatName(format); all.hasNext();) {
            ImageReader reader = all.next();
            if (reader.getClass().getModule() == ImageIO.class.getModule()) {
                reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes)), true, true);
                return reader;
            }
        }
        throw new UnsupportedImageException("cannot be read, since this Java runtime has no " + format
                + " reader; convert it to PNG, or use a complete JDK");
    }

    static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
