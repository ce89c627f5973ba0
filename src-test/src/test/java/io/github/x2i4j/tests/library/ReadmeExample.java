package io.github.x2i4j.tests.library;

import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.pipeline.Progress;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The code that README.md shows, between the two markers. */
final class ReadmeExample {
    private ReadmeExample() {
    }

    static BufferedImage draw(Path bundle, Path cat, Path file) throws IOException {
        // README begins
        Progress progress = new Progress() {
            @Override
            public void step(int done) {
                System.out.println("step " + done);
            }

            @Override
            public boolean cancelled() {
                return Thread.currentThread().isInterrupted();
            }
        };
        try (X2i x2i = X2i.open(bundle)) {
            X2iRequest request = X2iRequest.builder().text("on a yellow background").image(cat).seed(7).build();
            X2iPicture picture = x2i.generate(request, progress).pictures().getFirst();
            Files.write(file, picture.toPng());  // its metadata tells how to make it again
            return picture.toBufferedImage();
        }
        // README ends
    }
}
