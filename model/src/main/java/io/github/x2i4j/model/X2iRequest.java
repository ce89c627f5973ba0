package io.github.x2i4j.model;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.noise.Noise;
import io.github.x2i4j.model.pipeline.DrawOptions.Sizes;
import io.github.x2i4j.model.pipeline.HiddenRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What to draw. Values that are null are the bundle's defaults, in a dialogue {@link X2iDialogue}'s; a seed that is null is drawn at random and reported.
 *
 * @param text in any language that the multimodal LLM reads, or null; pictures come before it
 * @param images in the order in which the model sees them
 * @param videos seen after the images
 * @param audios heard after the videos, by families that hear
 * @param seed seed of the first picture's noise; picture i has {@code seed + i}. The noise depends on its low 32 bits
 * @param count number of pictures
 * @param rows what the picture is drawn from: the prompt (where null), the model's answer to it, or both
 * @param maxNewTokens most tokens of an answer; null for as many as X2I's script decodes
 * @param answerFromPadded as the reference does, the answer continues the padded prompt
 * @param prompt how text and pictures become tokens: lengths, padding, size of pictures; or null for the bundle's
 * @param specialTokens what special tokens in the text mean, whatever {@code prompt} says
 * @param sizes what happens to sides that are no multiple of 16
 * @param vaeTile side of the autoencoder's tiles in pixels, 0 for none; see {@link io.github.x2i4j.model.pipeline.DrawOptions}
 * @param noise whose random numbers drawing begins with
 */
public record X2iRequest(String text, List<SourceImage> images, List<SourceVideo> videos, List<SourceAudio> audios, Integer steps,
        Double guidance, Integer width, Integer height, Long seed, int count, HiddenRows rows, Integer maxNewTokens, boolean answerFromPadded, PromptOptions prompt, SpecialTokens specialTokens,
        Sizes sizes, int vaeTile, Noise noise) {
    private static final int MOST_PICTURES = 1000;

    public X2iRequest {
        images = List.copyOf(images);
        videos = List.copyOf(videos);
        audios = List.copyOf(audios);
        if (count < 1 || count > MOST_PICTURES) {
            throw new InvalidInputException("the number of pictures is " + count + ", but must be between 1 and " + MOST_PICTURES);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /** One picture of a text. */
    public static X2iRequest of(String text) {
        return builder().text(text).build();
    }

    /** Collects the parts of a request. */
    public static final class Builder {
        private String text;
        private final List<SourceImage> images = new ArrayList<>();
        private final List<SourceVideo> videos = new ArrayList<>();
        private final List<SourceAudio> audios = new ArrayList<>();
        private Integer steps;
        private Double guidance;
        private Integer width;
        private Integer height;
        private Long seed;
        private int count = 1;
        private HiddenRows rows;
        private Integer maxNewTokens;
        private boolean answerFromPadded;
        private PromptOptions prompt;
        private SpecialTokens specialTokens = SpecialTokens.NEUTRALISE;
        private Sizes sizes = Sizes.EXACT;
        private int vaeTile;
        private Noise noise = Noise.DEFAULT;

        private Builder() {
        }

        public Builder text(String text) {
            this.text = text;
            return this;
        }

        /**
         * Adds a picture to draw from.
         *
         * @throws InvalidInputException if the file cannot be read or is no picture
         */
        public Builder image(Path file) {
            images.add(SourceImage.read(file));
            return this;
        }

        /** Adds a picture to draw from, such as {@code SourceImage.read(file, Transparency.ON_WHITE)}. */
        public Builder image(SourceImage image) {
            images.add(image);
            return this;
        }

        /** Adds a picture to draw from. */
        public Builder image(String name, RgbImage image) {
            images.add(SourceImage.of(name, image));
            return this;
        }

        /**
         * Adds a video to draw from.
         *
         * @throws InvalidInputException if the file cannot be read or is no video
         * @throws io.github.x2i4j.engine.UnsupportedFeatureException if its container or codec is not read
         */
        public Builder video(Path file) {
            return video(SourceVideo.read(file));
        }

        /** Adds a video to draw from. */
        public Builder video(SourceVideo video) {
            videos.add(video);
            return this;
        }

        /**
         * Adds a sound to draw from.
         *
         * @throws InvalidInputException if the file cannot be read or is no sound
         * @throws io.github.x2i4j.engine.UnsupportedFeatureException if it is of a format that is not read
         */
        public Builder audio(Path file) {
            return audio(SourceAudio.read(file));
        }

        /** Adds a sound to draw from. */
        public Builder audio(SourceAudio audio) {
            audios.add(audio);
            return this;
        }

        public Builder steps(int steps) {
            this.steps = steps;
            return this;
        }

        /** Guidance scale; models without guidance embeds (schnell, shuttle) ignore it. */
        public Builder guidance(double guidance) {
            this.guidance = guidance;
            return this;
        }

        /** Size in pixels, multiples of 16. */
        public Builder size(int width, int height) {
            this.width = width;
            this.height = height;
            return this;
        }

        public Builder width(int width) {
            this.width = width;
            return this;
        }

        public Builder height(int height) {
            this.height = height;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder count(int pictures) {
            this.count = pictures;
            return this;
        }

        /** Draws from the model's answer, or from prompt and answer. */
        public Builder drawFrom(HiddenRows rows) {
            this.rows = rows;
            return this;
        }

        /** @param tokens null for as many as X2I's script decodes */
        public Builder maxNewTokens(Integer tokens) {
            this.maxNewTokens = tokens;
            return this;
        }

        /** The answer continues the padded prompt, pads included, as X2I's script has it. */
        public Builder answerFromPadded(boolean padded) {
            this.answerFromPadded = padded;
            return this;
        }

        /** How text and pictures become tokens, such as {@code x2i.bundle().prompt().withPadding(Padding.NONE)}. */
        public Builder prompt(PromptOptions options) {
            this.prompt = options;
            return this;
        }

        /** Special tokens that the text spells count as such, or as plain characters, which is the default. */
        public Builder specialTokens(SpecialTokens meaning) {
            this.specialTokens = meaning;
            return this;
        }

        /** Has the autoencoder work in tiles of so many pixels a side: less memory, and a picture that is a little another. */
        public Builder vaeTile(int pixels) {
            this.vaeTile = pixels;
            return this;
        }

        /** Begins with the random numbers of another generator, such as {@code Noise.parse("torch-cuda")}. */
        public Builder noise(Noise source) {
            this.noise = source;
            return this;
        }

        /** Does what the reference's scripts do where this library does better by default: for comparing with them. */
        public Builder asReference() {
            answerFromPadded = true;
            specialTokens = SpecialTokens.INTERPRET;
            sizes = Sizes.ROUND_DOWN;
            return this;
        }

        public X2iRequest build() {
            return new X2iRequest(text, images, videos, audios, steps, guidance, width, height, seed, count, rows, maxNewTokens, answerFromPadded,
                    prompt, specialTokens, sizes, vaeTile, noise);
        }
    }
}
