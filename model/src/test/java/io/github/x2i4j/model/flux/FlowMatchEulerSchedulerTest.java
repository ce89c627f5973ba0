package io.github.x2i4j.model.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import io.github.x2i4j.model.flux.FlowMatchEulerScheduler.Schedule;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowMatchEulerSchedulerTest {
    private static final FlowMatchEulerScheduler DEV = scheduler("\"shift\": 3.0, \"use_dynamic_shifting\": true");
    private static final FlowMatchEulerScheduler SCHNELL = scheduler("\"shift\": 1.0");
    /** Levels of dev in 28 steps at 1024 x 1024, computed in F64. */
    private static final float[] DEV_28 = {1, 0.988408625f, 0.976222456f, 0.963394463f, 0.949872553f, 0.93559891f, 0.920508981f,
        0.904530764f, 0.887583375f, 0.869575918f, 0.850405693f, 0.829956353f, 0.808095455f, 0.784671605f, 0.759510934f, 0.732412875f,
        0.703144729f, 0.671434879f, 0.6369645f, 0.599356771f, 0.558162808f, 0.512844086f, 0.462748408f, 0.407078415f, 0.344848931f,
        0.274827987f, 0.195454583f, 0.104720891f, 0};

    private static FlowMatchEulerScheduler scheduler(String fields) {
        return FlowMatchEulerScheduler.of(Config.parse(Path.of("scheduler_config.json"), "{" + fields + "}"));
    }

    @Test
    void schnellSpacesItsLevelsEvenlyAtEverySize() {
        for (int tokens : new int[] {64, 4096}) {
            Schedule s = SCHNELL.schedule(4, tokens);
            assertThat(s.sigmas()).containsExactly(1, 0.75f, 0.5f, 0.25f, 0);
            assertThat(s.timesteps()).containsExactly(1000, 750, 500, 250);
            assertThat(s.steps()).isEqualTo(4);
        }
    }

    @Test
    void devShiftsItsLevelsTowardsNoise() {
        assertThat(DEV.schedule(28, 4096).sigmas()).containsExactly(DEV_28, Offset.offset(6e-8f));
        assertThat(DEV.schedule(4, 4096).sigmas())
                .containsExactly(new float[] {1, 0.904530764f, 0.759510934f, 0.512844145f, 0}, Offset.offset(6e-8f));
    }

    @Test
    void devShiftsSmallPicturesLess() {
        float[] s = DEV.schedule(28, 1024).sigmas();
        assertThat(new float[] {s[0], s[1], s[2], s[3], s[25], s[26], s[27], s[28]}).containsExactly(
                new float[] {1, 0.980655968f, 0.960643768f, 0.939928234f, 0.183882192f, 0.126203775f, 0.0650196001f, 0},
                Offset.offset(6e-8f));
    }

    @Test
    void aStaticShiftIgnoresTheSize() {
        FlowMatchEulerScheduler s = scheduler("\"shift\": 3.0, \"use_dynamic_shifting\": false");
        assertThat(s.schedule(4, 256).sigmas()).containsExactly(new float[] {1, 0.9f, 0.75f, 0.5f, 0}, Offset.offset(6e-8f));
        assertThat(s.schedule(4, 4096).sigmas()).isEqualTo(s.schedule(4, 256).sigmas());
    }

    @ParameterizedTest
    @CsvSource({"256, 0.5", "1024, 0.63", "2304, 0.846667", "4096, 1.15", "9216, 2.016667"})
    void theShiftGrowsWithTheTokensAndBeyondTheLargestSize(long tokens, double mu) {
        assertThat(DEV.mu(tokens)).isCloseTo(mu, Offset.offset(1e-6));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 10_001})
    void impossibleNumbersOfStepsAreRefused(int steps) {
        assertThatThrownBy(() -> SCHNELL.schedule(steps, 64)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("steps").hasMessageContaining("" + steps);
    }

    @ParameterizedTest
    @CsvSource({"28, 0.6, 11", "4, 0.6, 1", "4, 0.2, 3", "28, 1, 0", "5, 0.6, 2", "1, 0.5, 0"})
    void theStrengthSaysWhereToBegin(int steps, double strength, int first) {
        assertThat(FlowMatchEulerScheduler.firstStep(steps, strength)).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.01, Double.NaN})
    void strengthsOutOfRangeAreRefused(double strength) {
        assertThatThrownBy(() -> FlowMatchEulerScheduler.firstStep(4, strength)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("strength");
    }

    @Test
    void aStrengthThatLeavesNoStepIsRefused() {
        assertThatThrownBy(() -> FlowMatchEulerScheduler.firstStep(4, 1e-20)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("more steps");
    }

    @Test
    void aStepFollowsTheVelocityAndNoiseIsMixedIn() {
        try (Engine engine = Engine.open(EngineOptions.DEFAULT); Scope f = engine.scope()) {
            Schedule s = SCHNELL.schedule(4, 64);
            var x = f.floats(new float[] {1, -2}, 1, 2);
            var v = f.floats(new float[] {4, 8}, 1, 2);
            assertThat(FlowMatchEulerScheduler.step(f, s, 1, x, v).toFloats()).containsExactly(0, -4);
            assertThat(FlowMatchEulerScheduler.scaleNoise(f, s, 1, x, v).toFloats()).containsExactly(3.25f, 5.5f);
            assertThat(FlowMatchEulerScheduler.scaleNoise(f, s, 0, x, v).toFloats()).as("all noise").containsExactly(4, 8);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "invert_sigmas", "stochastic_sampling"})
    void schedulesOfOtherModelsAreRefused(String field) {
        assertThatThrownBy(() -> scheduler("\"" + field + "\": true")).isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("scheduler_config.json").hasMessageContaining(field);
        assertThat(scheduler("\"" + field + "\": false")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "\"_class_name\": \"DDIMScheduler\"; DDIMScheduler",
        "\"shift\": 0; shift",
        "\"base_image_seq_len\": 4096; max_image_seq_len",
        "\"num_train_timesteps\": 0; num_train_timesteps"})
    void impossibleFieldsAreNamed(String fields, String named) {
        assertThatThrownBy(() -> scheduler(fields)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("scheduler_config.json").hasMessageContaining(named);
    }
}
