package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.model.SourceVideo;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.X2iResult;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.DecodeWatch;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.Progress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Drawing from a video with the demo bundle: progress, cancellation, plans. */
class VideoRequestTest {
    static final Path CLIP = Path.of(System.getProperty("basedir", ""), "..", "model", "src", "test", "resources", "io", "github", "x2i4j",
            "model", "media", "video", "slow-12fps.mp4");

    /** The clip takes more tokens than the bundle has room for by itself. */
    private static X2iRequest request(X2i x2i, SourceVideo video) {
        return X2iRequest.builder().video(video).prompt(x2i.bundle().prompt().withMaxLength(512)).size(32, 16).steps(1).seed(7).build();
    }

    private interface Work {
        void with(X2i x2i);
    }

    private static void open(Work work) {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT);
                X2i x2i = X2i.open(Bundle.open(DemoBundle.unpack()), engine, false)) {
            work.with(x2i);
            assertThat(engine.memory().inUse()).isZero();
        }
    }

    @Test
    void decodingIsToldFromItsBeginningToItsEnd() {
        List<Integer> told = new ArrayList<>();
        open(x2i -> {
            X2iResult result = x2i.generate(request(x2i, SourceVideo.read(CLIP)), new Progress() {
                @Override
                public void video(int done, int of) {
                    told.add(of - done);
                }
            });
            assertThat(result.pictures()).hasSize(1);
        });
        assertThat(told).hasSizeGreaterThan(20).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b - a).endsWith(0);
    }

    @Test
    void decodingCanBeCancelled() {
        List<Integer> told = new ArrayList<>();
        open(x2i -> assertThatThrownBy(() -> x2i.generate(request(x2i, SourceVideo.read(CLIP)), new Progress() {
            @Override
            public void video(int done, int of) {
                told.add(done);
            }

            @Override
            public boolean cancelled() {
                return told.size() == 3;
            }
        })).isInstanceOf(CancelledException.class));
        assertThat(told).containsExactly(0, 1, 2);
    }

    /** A clip that must not be decoded. */
    private record Sealed(Video inner) implements Video {
        @Override
        public String name() {
            return inner.name();
        }

        @Override
        public int totalFrames() {
            return inner.totalFrames();
        }

        @Override
        public int width() {
            return inner.width();
        }

        @Override
        public int height() {
            return inner.height();
        }

        @Override
        public double averageFps() {
            return inner.averageFps();
        }

        @Override
        public Video watched(DecodeWatch watch) {
            return this;
        }

        @Override
        public <T> List<T> frames(int[] indices, Function<RgbImage, T> use) {
            throw new AssertionError("decoded");
        }
    }

    @Test
    void aPlanDecodesNothing() {
        SourceVideo clip = SourceVideo.read(CLIP);
        SourceVideo sealed = new SourceVideo(clip.name(), clip.sha256(), new Sealed(clip.video()));
        open(x2i -> {
            assertThat(x2i.plan(request(x2i, sealed))).isEqualTo(x2i.plan(request(x2i, clip)));
            assertThatThrownBy(() -> x2i.generate(request(x2i, sealed), Progress.NONE)).hasMessage("decoded");
        });
    }
}
