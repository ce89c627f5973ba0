package io.github.x2i4j.model.flux;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Ops;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.config.Config;
import java.util.List;

/**
 * Noise levels of flow matching and Euler steps between them (diffusers' FlowMatchEulerDiscreteScheduler as FluxPipeline calls it).
 *
 * @param numTrainTimesteps what noise level 1 is as a timestep
 * @param shift moves noise levels towards 1, the same for all picture sizes; unless {@code useDynamicShifting}
 * @param useDynamicShifting the shift grows with the number of image tokens: dev does, schnell does not
 * @param baseShift log of the dynamic shift at {@code baseImageSeqLen} tokens
 * @param maxShift log of the dynamic shift at {@code maxImageSeqLen} tokens; beyond them it grows on
 */
public record FlowMatchEulerScheduler(int numTrainTimesteps, double shift, boolean useDynamicShifting, double baseShift,
        double maxShift, int baseImageSeqLen, int maxImageSeqLen) {
    private static final String CLASS = "FlowMatchEulerDiscreteScheduler";
    private static final int MOST_STEPS = 10_000;
    private static final List<String> OTHER_SCHEDULES =
            List.of("use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "invert_sigmas", "stochastic_sampling");

    /**
     * The levels of one generation.
     *
     * @param sigmas noise levels, n + 1 of them, falling; the last is 0
     * @param timesteps {@code numTrainTimesteps * sigma} of each of the n steps
     */
    public record Schedule(float[] sigmas, float[] timesteps) {
        /** Number n of steps. */
        public int steps() {
            return timesteps.length;
        }
    }

    /**
     * Reads scheduler_config.json. Fields that are absent have diffusers' defaults.
     *
     * @throws InvalidInputException naming the file and the field that is impossible
     * @throws UnsupportedFeatureException if the file asks for a schedule that FLUX does not use
     */
    public static FlowMatchEulerScheduler of(Config c) {
        String kind = c.text("_class_name", CLASS);
        if (!kind.equals(CLASS)) {
            throw c.invalid("_class_name", "is " + kind + ", expected " + CLASS);
        }
        for (String field : OTHER_SCHEDULES) {
            if (c.flag(field, false)) {
                throw unsupported(c, field);
            }
        }
        if (c.has("shift_terminal")) {
            throw unsupported(c, "shift_terminal");
        }
        if (!c.text("time_shift_type", "exponential").equals("exponential")) {
            throw unsupported(c, "time_shift_type");
        }
        int baseLength = c.positive("base_image_seq_len", 256);
        int maxLength = c.positive("max_image_seq_len", 4096);
        if (maxLength <= baseLength) {
            throw c.invalid("max_image_seq_len", "is " + maxLength + ", expected more than base_image_seq_len " + baseLength);
        }
        return new FlowMatchEulerScheduler(c.positive("num_train_timesteps", 1000), c.positiveNumber("shift", 1),
                c.flag("use_dynamic_shifting", false), c.number("base_shift", 0.5), c.number("max_shift", 1.15), baseLength, maxLength);
    }

    /** The scheduler of FLUX.1-dev, or of FLUX.1-schnell and its kin. */
    public static FlowMatchEulerScheduler ofFlux(boolean dev) {
        return new FlowMatchEulerScheduler(1000, dev ? 3 : 1, dev, 0.5, 1.15, 256, 4096);
    }

    private static UnsupportedFeatureException unsupported(Config c, String field) {
        return new UnsupportedFeatureException(c.file() + ": a schedule with " + field + " is not supported; FLUX.1's schedulers work");
    }

    /** Log of the dynamic shift: linear in the number of image tokens. */
    public double mu(long imageSeqLen) {
        double slope = (maxShift - baseShift) / (maxImageSeqLen - baseImageSeqLen);
        return imageSeqLen * slope + (baseShift - baseImageSeqLen * slope);
    }

    /**
     * Levels of {@code steps} steps for a picture of {@code imageSeqLen} tokens: evenly spaced from 1 to 1/n, then shifted. Computed
     * in F64 and rounded once.
     *
     * @throws InvalidInputException if the number of steps is out of range
     */
    public Schedule schedule(int steps, long imageSeqLen) {
        if (steps < 1 || steps > MOST_STEPS) {
            throw new InvalidInputException("steps is " + steps + ", but must be between 1 and " + MOST_STEPS);
        }
        double factor = useDynamicShifting ? Math.exp(mu(imageSeqLen)) : shift;
        float[] sigmas = new float[steps + 1];
        float[] timesteps = new float[steps];
        for (int k = 0; k < steps; k++) {
            double sigma = 1 - (double) k / steps;   // linspace(1, 1/n, n)
            double shifted = factor * sigma / (1 + (factor - 1) * sigma);
            sigmas[k] = (float) shifted;
            timesteps[k] = (float) (numTrainTimesteps * shifted);
        }
        return new Schedule(sigmas, timesteps);
    }

    /**
     * First step of a generation that begins with a picture instead of noise: the larger the strength, the earlier.
     *
     * @param strength in (0, 1]; 1 begins with pure noise
     * @throws InvalidInputException if the strength is out of range, or no step is left
     */
    public static int firstStep(int steps, double strength) {
        if (!(strength > 0 && strength <= 1)) {
            throw new InvalidInputException("strength is " + strength + ", but must be above 0 and at most 1");
        }
        int first = (int) Math.max(steps - Math.min(steps * strength, steps), 0);
        if (first >= steps) {
            throw new InvalidInputException("strength " + strength + " leaves none of " + steps + " steps; use more steps or a larger strength");
        }
        return first;
    }

    /** {@code x + (sigmas[k + 1] - sigmas[k]) velocity} */
    public static Tensor step(Ops f, Schedule s, int k, Tensor x, Tensor velocity) {
        return f.addScaled(x, s.sigmas[k + 1] - s.sigmas[k], velocity);
    }

    /** A sample brought to the noise level of step {@code k}: {@code sigma noise + (1 - sigma) sample}. */
    public static Tensor scaleNoise(Ops f, Schedule s, int k, Tensor sample, Tensor noise) {
        try (var scope = f.scope()) {
            return scope.escape(scope.addScaled(scope.affine(noise, s.sigmas[k], 0), 1 - s.sigmas[k], sample));
        }
    }
}
