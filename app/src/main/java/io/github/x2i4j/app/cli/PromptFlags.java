package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.ImageOptions.Transparency;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.mllm.PromptPreset;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.prompt.PromptStyle;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The options that say how words and pictures become what the language model reads. */
final class PromptFlags {
    private static final int SCRIPT_LENGTH = 512;
    private static final ImageSize SQUASH_128 = new ImageSize(128, 128);
    private static final ImageSize SQUASH_256 = new ImageSize(256, 256);

    @Option(names = "--prompt-preset", paramLabel = "NAME",
            description = "Read the prompt as X2I's script does (script, the default), its ComfyUI node (comfy), or its training "
                    + "(training). The next four options change parts of it.")
    private String preset;

    @Option(names = "--prompt-style", paramLabel = "STYLE", description = "Form of the words: raw, dict2, dict3 or dict3zh.")
    private String style;

    @Option(names = "--padding", paramLabel = "SIDE", description = "Fill the prompt up to the bundle's length on the right or left, to "
            + "512 tokens (right512, left512), comfy (1.3 times its length, never cut), or none.")
    private String padding;

    @Option(names = "--max-length", paramLabel = "N", description = "Most tokens of a prompt. Default: the bundle's, or 512.")
    private Integer maxLength;

    @Option(names = "--image-rule", paramLabel = "RULE", description = "Size in which pictures are read: squash128, squash256, or maxpixels "
            + "(at most 50176 pixels, in shape).")
    private String imageRule;

    @Option(names = "--placeholders", paramLabel = "HOW", defaultValue = "neutralise",
            description = "Special tokens written in the prompt: plain characters (neutralise, the default), or what they spell, as the "
                    + "reference does (interpret).")
    private String placeholders;

    boolean given() {
        return preset != null || style != null || padding != null || maxLength != null || imageRule != null
                || !placeholders.equals("neutralise");
    }

    /**
     * How prompts become tokens.
     *
     * @throws InvalidInputException naming the option that is wrong
     */
    PromptOptions options(Bundle bundle) {
        PromptOptions o = bundle.prompt(preset == null ? PromptPreset.SCRIPT : choice("--prompt-preset", preset, PromptPreset.values()));
        if (maxLength != null) {
            if (maxLength < 1) {
                throw new InvalidInputException("--max-length " + maxLength + ": takes a whole number from 1.");
            }
            o = o.withMaxLength(maxLength);
        }
        return imageRule(padding(style(o)));
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
            case "maxpixels" -> o.withImageSize(null).withMaxPixels(PromptPreset.COMFY_PIXELS);
            default -> throw new InvalidInputException("--image-rule " + imageRule + ": takes squash128, squash256 or maxpixels.");
        };
    }

    private static <E extends Enum<E>> E choice(String option, String given, E[] values) {
        return Arrays.stream(values).filter(v -> v.name().toLowerCase(Locale.ROOT).equals(given)).findFirst()
                .orElseThrow(() -> new InvalidInputException(option + " " + given + ": takes " + Arrays.stream(values)
                        .map(v -> v.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(" or ")) + "."));
    }
}
