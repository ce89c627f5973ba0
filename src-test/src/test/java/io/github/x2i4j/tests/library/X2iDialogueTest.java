package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.SourceImage;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iDialogue;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.X2iResult;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.CancelledException;
import io.github.x2i4j.model.pipeline.HiddenRows;
import io.github.x2i4j.model.pipeline.Progress;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dialogues on the demo bundle. */
class X2iDialogueTest {
    private static final RgbImage GREY = new RgbImage(28, 28, new byte[3 * 28 * 28]);

    private static Engine engine;
    private static X2i x2i;

    private final X2iDialogue dialogue = x2i.dialogue();

    @BeforeAll
    static void open() {
        engine = Engine.open(EngineOptions.DEFAULT);
        x2i = X2i.open(Bundle.open(DemoBundle.unpack()), engine, true);
    }

    @AfterAll
    static void close() {
        x2i.close();
        engine.close();
    }

    private static X2iRequest.Builder request(String text) {
        return X2iRequest.builder().text(text).size(32, 16).steps(1).seed(7).maxNewTokens(3);
    }

    private X2iResult say(X2iRequest.Builder request) {
        return dialogue.say(request.build(), Progress.NONE, picture -> { });
    }

    private static byte[] pixels(X2iResult result) {
        return result.pictures().getFirst().image().rgb();
    }

    @Test
    void aTurnIsDrawnFromAllThatWasSaidBefore() {
        byte[] alone = pixels(say(request("fox")));
        byte[] again = pixels(say(request("fox")));
        assertThat(again).isNotEqualTo(alone);

        assertThat(dialogue.turns()).extracting(X2iDialogue.Turn::text).containsExactly("fox", "fox");
        assertThat(dialogue.undo()).isTrue();
        assertThat(pixels(say(request("fox")))).containsExactly(again);
        assertThat(dialogue.undo() && dialogue.undo()).isTrue();
        assertThat(dialogue.undo()).isFalse();
        assertThat(pixels(say(request("fox")))).containsExactly(alone);
    }

    @Test
    void aPictureStaysShownUntilAnotherTakesItsPlace() {
        say(request("fox").image("a", GREY));
        say(request("red"));
        dialogue.show(List.of(SourceImage.of("b", GREY)));
        say(request("blue"));
        dialogue.show(List.of());
        X2iResult last = say(request("green"));

        assertThat(dialogue.turns()).extracting(t -> t.images().stream().map(SourceImage::name).toList())
                .containsExactly(List.of("a"), List.of("a"), List.of("b"), List.of());
        assertThat(last.pictures().getFirst().recipe().toJson()).contains("\"dialogue\":[{\"prompt\":\"fox\",\"images\":[{\"name\":\"a\"")
                .contains("\"prompt_style\":\"dict3\"", "\"drawn_from\":\"both\"");
    }

    @Test
    void theRowsToDrawFromCanBeChosenAndTheAnswerIsAlwaysGiven() {
        byte[] both = pixels(say(request("fox")));
        dialogue.undo();
        X2iResult prompt = say(request("fox").drawFrom(HiddenRows.PROMPT));
        dialogue.undo();
        assertThat(prompt.answer()).isNotNull();
        assertThat(pixels(prompt)).isNotEqualTo(both);
        assertThat(pixels(say(request("fox").drawFrom(HiddenRows.ANSWER)))).isNotEqualTo(both).isNotEqualTo(pixels(prompt));
    }

    @Test
    void aTurnThatFailsOrIsCancelledLeavesTheDialogueAsItWas() {
        say(request("fox"));
        assertThatThrownBy(() -> say(request("red").size(30, 30))).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> say(request(" "))).isInstanceOf(InvalidInputException.class);
        Progress never = new Progress() {
            @Override
            public boolean cancelled() {
                return true;
            }
        };
        X2iRequest other = request("red").image("a", GREY).build();
        assertThatThrownBy(() -> dialogue.say(other, never, picture -> { })).isInstanceOf(CancelledException.class);

        assertThat(dialogue.turns()).hasSize(1);
        say(request("blue"));
        assertThat(dialogue.turns().getLast().images()).isEmpty();
    }
}
