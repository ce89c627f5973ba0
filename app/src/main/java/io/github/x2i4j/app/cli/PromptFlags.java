package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.media.ImageOptions.Transparency;
import io.github.x2i4j.model.mllm.MllmFamily;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptOptions.VideoRate;
import io.github.x2i4j.model.mllm.PromptPreset;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options that say how words and pictures become what the language model reads. */
final class PromptFlags {
    /** All of them, for messages. */
    static final String NAMES = "--prompt-preset, --prompt-style, --template, --padding, --max-length, --image-rule, --max-slices, "
            + "--video-rate, --rope-inv-freq and --placeholders";

    private static final int SCRIPT_LENGTH = 512;
    private static final ImageSize SQUASH_128 = new ImageSize(128, 128);
    private static final ImageSize SQUASH_256 = new ImageSize(256, 256);

    @Option(names = "--prompt-preset", paramLabel = "NAME",
            description = "Read the prompt as X2I's script does (script, the default), its ComfyUI node (comfy), or its training "
                    + "(training). The other options of this list change parts of it.")
    private String preset;

    @Option(names = "--prompt-style", paramLabel = "STYLE", description = "Form of the words: raw, dict2, dict3 or dict3zh.")
    private String style;

    @Option(names = "--template", paramLabel = "HOW", description = "What stands around the words: the model's chat template (chat, the "
            + "default), or nothing (bare).")
    private String template;

    @Option(names = "--padding", paramLabel = "SIDE", description = "Fill the prompt up to the bundle's length on the right or left, to "
            + "512 tokens (right512, left512), comfy (1.3 times its length, never cut), or none.")
    private String padding;

    @Option(names = "--max-length", paramLabel = "N", description = "Most tokens of a prompt. Default: the bundle's, or 512.")
    private Integer maxLength;

    @Option(names = "--image-rule", paramLabel = "RULE", description = "Size in which pictures are read: squash128, squash256, maxpixels "
            + "(at most 50176 pixels, in shape), or own (as the model itself would).")
    private String imageRule;

    @Option(names = "--max-slices", paramLabel = "N", description = "Cut large pictures into up to N slices, read beside the whole "
            + "(MiniCPM-o). Default: 1, none.")
    private Integer maxSlices;

    @Option(names = "--video-rate", paramLabel = "HOW", description = "What is told of the time between a video's frames (Qwen2.5-VL): half "
            + "a second, as X2I says (reference, the default), or the time itself (true).")
    private String videoRate;

    @Option(names = "--rope-inv-freq", paramLabel = "PRECISION", description = "Rotary frequencies in float32 (the default) or bfloat16, as "
            + "X2I's ComfyUI node and training round them.")
    private String rope;

    @Option(names = "--placeholders", paramLabel = "HOW", defaultValue = "neutralise",
            description = "Special tokens written in the prompt: plain characters (neutralise, the default), or what they spell, as the "
                    + "reference does (interpret).")
    private String placeholders;

    boolean given() {
        return Stream.of(preset, style, template, padding, maxLength, imageRule, maxSlices, videoRate, rope).anyMatch(Objects::nonNull)
                || !placeholders.equals("neutralise");
    }

    /**
     * How prompts become tokens.
     *
     * @throws InvalidInputException naming the option that is wrong
     */
    PromptOptions options(Bundle bundle) {
        PromptOptions o = bundle.prompt(preset == null ? PromptPreset.SCRIPT : choice("--prompt-preset", preset, PromptPreset.values()));
        o = imageRule(length(padding(style(o))));
        if (template != null) {
            o = o.withTemplate(choice("--template", template, Template.values()));
        }
        if (maxSlices != null) {
            o = o.withMaxSlices(fromOne("--max-slices", maxSlices));
        }
        if (videoRate != null) {
            o = o.withVideoRate(choice("--video-rate", videoRate, VideoRate.values()));
        }
        return rope == null ? o : o.withRope(choice("--rope-inv-freq", rope, RopeFrequencies.values()));
    }

    private PromptOptions length(PromptOptions o) {
        if (maxLength == null) {
            return o;
        }
        if (padding != null && padding.endsWith("512")) {
            throw new InvalidInputException("--padding " + padding + " says how many tokens a prompt has, so --max-length cannot: leave it out, "
                    + "or use --padding " + padding.replace("512", "") + ".");
        }
        return o.withMaxLength(fromOne("--max-length", maxLength));
    }

    private static int fromOne(String option, int value) {
        if (value < 1) {
            throw new InvalidInputException(option + " " + value + ": takes a whole number from 1.");
        }
        return value;
    }

    SpecialTokens specialTokens() {
        return choice("--placeholders", placeholders, SpecialTokens.values());
    }

    /** What becomes of transparency: qwen_vl_utils lays pictures on white. */
    static Transparency transparency(PromptOptions o) {
        return o.maxPixels() > 0 ? Transparency.ON_WHITE : Transparency.DROPPED;
    }

    private PromptOptions style(PromptOptions o) {
        return style == null ? o : o.withStyle(switch (style) {
            case "raw" -> PromptStyle.RAW;
            case "dict2" -> PromptStyle.DICT2;
            case "dict3" -> PromptStyle.DICT3;
            case "dict3zh" -> PromptStyle.DICT3ZH_EDIT;
            default -> throw new InvalidInputException("--prompt-style " + style + ": takes raw, dict2, dict3 or dict3zh.");
        });
    }

    private PromptOptions padding(PromptOptions o) {
        return padding == null ? o : switch (padding) {
            case "none" -> o.withPadding(Padding.NONE);
            case "right" -> o.padded(Padding.RIGHT);
            case "left" -> o.padded(Padding.LEFT);
            case "comfy" -> o.padded(Padding.COMFY);
            case "right512" -> o.withMaxLength(SCRIPT_LENGTH).withPadding(Padding.RIGHT);
            case "left512" -> o.withMaxLength(SCRIPT_LENGTH).withPadding(Padding.LEFT);
            default -> throw new InvalidInputException("--padding " + padding + ": takes right, left, right512, left512, comfy or none.");
        };
    }

    private PromptOptions imageRule(PromptOptions o) {
        return imageRule == null ? o : switch (imageRule) {
            case "squash128" -> o.withImageSize(SQUASH_128).withMaxPixels(0);
            case "squash256" -> o.withImageSize(SQUASH_256).withMaxPixels(0);
            case "maxpixels" -> o.withImageSize(null).withMaxPixels(MllmFamily.COMFY_PIXELS);
            case "own" -> o.withImageSize(null).withMaxPixels(0);
            default -> throw new InvalidInputException("--image-rule " + imageRule + ": takes squash128, squash256, maxpixels or own.");
        };
    }

    private static <E extends Enum<E>> E choice(String option, String given, E[] values) {
        return Arrays.stream(values).filter(v -> v.name().toLowerCase(Locale.ROOT).equals(given)).findFirst()
                .orElseThrow(() -> new InvalidInputException(option + " " + given + ": takes " + Arrays.stream(values)
                        .map(v -> v.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or ")) + "."));
    }
}
