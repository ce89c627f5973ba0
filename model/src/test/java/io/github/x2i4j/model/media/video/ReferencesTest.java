package io.github.x2i4j.model.media.video;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReferencesTest {
    private static final SequenceParameters FORMAT = new SequenceParameters(0, 4, 0, 4, false, 2, 4, 4, 0, 0, 0, 0, false, false);

    private static SliceStart start(boolean idr, int frameNum) {
        return new SliceStart(FORMAT, idr, true, false, frameNum);
    }

    @Test
    void missingPicturesAreNoticed() throws Exception {
        References references = new References();
        references.begin(start(true, 0));
        references.begin(start(false, 1));
        assertThatThrownBy(() -> references.begin(start(false, 3))).isInstanceOf(CorruptVideoException.class)
                .hasMessageContaining("pictures 1 to 3");
        assertThatCode(() -> references.begin(start(true, 0))).doesNotThrowAnyException();
    }

    @Test
    void numbersBeginAgainAfterTheLast() throws Exception {
        References references = new References();
        references.begin(start(true, 15));
        assertThatCode(() -> references.begin(start(false, 0))).doesNotThrowAnyException();
    }
}
