package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.model.media.ImageDecoder;
import io.github.x2i4j.model.media.PilResize;
import io.github.x2i4j.model.media.RgbImage;
import io.github.x2i4j.model.media.audio.AudioDecoder;
import io.github.x2i4j.model.media.video.Video;
import io.github.x2i4j.model.media.video.VideoFile;
import io.github.x2i4j.model.mllm.MllmPrompt;
import io.github.x2i4j.model.mllm.PromptOptions;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prompts and media that the arguments of a golden case name. */
final class CaseMedia {
    private static final int SCRIPT_LENGTH = 512;

    private CaseMedia() {
    }

    /** The argument {@code file}. */
    static Path file(GoldenCase golden) {
        return golden.file(golden.args().path("file").asText());
    }

    /** The picture {@code file} as X2I's scripts hand it on: resized to {@code resize_to} where that is given. */
    static RgbImage scriptImage(GoldenCase golden) {
        RgbImage image = ImageDecoder.decode(file(golden));
        JsonNode size = golden.args().path("resize_to");
        return size.isArray() ? PilResize.resize(image, size.get(0).asInt(), size.get(1).asInt(), PilResize.Filter.BICUBIC) : image;
    }

    /** Frames [n, H, W, 3]. */
    static List<RgbImage> frames(Tensor t) {
        if (t.dtype() != DType.U8 || t.rank() != 4 || t.dim(0) < 1 || t.dim(3) != 3) {
            throw new InvalidInputException("frames are " + t + "; expected U8 [n, H, W, 3]");
        }
        List<RgbImage> frames = new ArrayList<>();
        for (long i = 0; i < t.dim(0); i++) {
            frames.add(new RgbImage(Math.toIntExact(t.dim(2)), Math.toIntExact(t.dim(1)),
                    t.row(i).segment().toArray(ValueLayout.JAVA_BYTE)));
        }
        return frames;
    }

    /** The arguments {@code prompt}, {@code images}, {@code videos} and {@code audios}. */
    static MllmPrompt prompt(GoldenCase golden) {
        JsonNode args = golden.args();
        List<RgbImage> images = new ArrayList<>();
        args.path("images").forEach(file -> images.add(ImageDecoder.decode(golden.file(file.asText()))));
        List<Video> videos = new ArrayList<>();
        args.path("videos").forEach(file -> videos.add(VideoFile.open(golden.file(file.asText()))));
        List<float[]> audios = new ArrayList<>();
        args.path("audios").forEach(file -> audios.add(AudioDecoder.decode(golden.file(file.asText()))));
        return new MllmPrompt(args.path("prompt").textValue(), images, videos, audios);
    }

    /** The arguments {@code max_length}, {@code padding_side} and {@code image_size}; special tokens are interpreted. */
    static PromptOptions promptOptions(GoldenCase golden) {
        JsonNode args = golden.args();
        boolean unpadded = args.has("max_length") && args.get("max_length").isNull();
        Padding padding = switch (args.path("padding_side").asText("right")) {
            case "right" -> Padding.RIGHT;
            case "left" -> Padding.LEFT;
            default -> throw new InvalidInputException("padding_side " + args.get("padding_side") + " is neither left nor right");
        };
        JsonNode size = args.path("image_size");
        return new PromptOptions(unpadded ? 0 : args.path("max_length").asInt(SCRIPT_LENGTH), unpadded ? Padding.NONE : padding,
                size.isArray() ? new ImageSize(size.get(0).asInt(), size.get(1).asInt()) : null, SpecialTokens.INTERPRET);
    }
}
