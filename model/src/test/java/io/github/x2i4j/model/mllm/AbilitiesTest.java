package io.github.x2i4j.model.mllm;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptOptions.VideoRate;
import io.github.x2i4j.model.pipeline.MllmFamilies;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole table of tasks and families: what is not done is refused with the family that does it. */
class AbilitiesTest {
    private static final RgbImage IMAGE = new RgbImage(1, 1, new byte[3]);
    private static final Video VIDEO = new StillVideo(1, 1, 1);
    private static final float[] SOUND = {0};

    private static void check(String family, MllmPrompt prompt) {
        MllmFamilies.of(family).abilities().check(List.of(), prompt);
    }

    private static MllmPrompt prompt(String task) {
        String[] counts = task.split("/");
        return new MllmPrompt(counts[0].equals("text") ? "fox" : null, Collections.nCopies(Integer.parseInt(counts[1]), IMAGE),
                Collections.nCopies(Integer.parseInt(counts[2]), VIDEO), Collections.nCopies(Integer.parseInt(counts[3]), SOUND));
    }

    /** A task is text or not, pictures, videos, sounds. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            qwen2_5_vl    | text/0/0/0 |
            qwen2_5_vl    | -/1/0/0    |
            qwen2_5_vl    | -/4/0/0    |
            qwen2_5_vl    | text/2/0/0 |
            qwen2_5_vl    | -/0/1/0    |
            qwen2_5_vl    | -/0/2/0    | Qwen2.5-VL reads one video, and 2 were given
            qwen2_5_vl    | -/0/0/1    | Qwen2.5-VL does not hear; leave the sound out, or use MiniCPM-o
            qwen2_5_vl    | text/1/1/0 |
            qwen2_5_vl    | text/1/0/1 | does not hear
            internvl2_5   | text/0/0/0 |
            internvl2_5   | -/1/0/0    |
            internvl2_5   | -/2/0/0    | InternVL2.5 reads one picture, and 2 were given
            internvl2_5   | text/1/0/0 |
            internvl2_5   | text/2/0/0 | use Qwen2.5-VL or MiniCPM-o
            internvl2_5   | -/0/1/0    | InternVL2.5 reads no videos
            internvl2_5   | -/0/0/1    | InternVL2.5 does not hear
            internvl2_5   | text/1/1/1 | does not hear
            minicpm_o_2_6 | text/0/0/0 |
            minicpm_o_2_6 | -/1/0/0    |
            minicpm_o_2_6 | -/9/0/0    |
            minicpm_o_2_6 | text/1/0/0 |
            minicpm_o_2_6 | -/0/3/0    |
            minicpm_o_2_6 | -/0/0/3    |
            minicpm_o_2_6 | text/2/2/2 |
            """)
    void eachFamilyTakesWhatTheTableSaysAndRefusesTheRest(String family, String task, String refusal) {
        if (refusal == null) {
            assertThatCode(() -> check(family, prompt(task))).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> check(family, prompt(task))).isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining(refusal);
        }
    }

    @ParameterizedTest
    @CsvSource({"qwen2_5_vl,videos", "internvl2_5,pictures", "minicpm_o_2_6,sounds"})
    void nothingToReadIsRefused(String family, String named) {
        assertThatThrownBy(() -> check(family, prompt("-/0/0/0"))).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("neither text").hasMessageContaining(named);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            qwen2_5_vl    | slices | --max-slices
            internvl2_5   | slices | MiniCPM-o
            minicpm_o_2_6 | slices |
            qwen2_5_vl    | times  |
            internvl2_5   | times  | --video-rate
            minicpm_o_2_6 | times  | Qwen2.5-VL
            """)
    void optionsOfAnotherFamilyAreRefused(String family, String option, String refusal) {
        PromptOptions o = option.equals("slices") ? PromptOptions.SCRIPT.withMaxSlices(2) : PromptOptions.SCRIPT.withVideoRate(VideoRate.TRUE);
        Abilities abilities = MllmFamilies.of(family).abilities();
        if (refusal == null) {
            assertThatCode(() -> abilities.check(List.of(), o)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> abilities.check(List.of(), o)).isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining(refusal);
        }
    }

    @Test
    void aDialogueNeedsTheTemplate() {
        List<MllmTurn> past = List.of(new MllmTurn(prompt("text/0/0/0"), "a"));
        assertThatThrownBy(() -> MllmFamilies.of("qwen2_5_vl").abilities().check(past, PromptOptions.SCRIPT.withTemplate(Template.BARE)))
                .isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("--template");
    }

    @Test
    void videosOfEarlierTurnsCount() {
        MllmPrompt shown = prompt("text/0/1/0");
        assertThatThrownBy(() -> MllmFamilies.of("qwen2_5_vl").abilities().check(List.of(new MllmTurn(shown, "a")), shown))
                .isInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("2 were given");
    }
}
