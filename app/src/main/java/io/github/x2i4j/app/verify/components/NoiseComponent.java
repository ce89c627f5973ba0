package io.github.x2i4j.app.verify.components;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Component;
import io.github.x2i4j.app.verify.GoldenCase;
import io.github.x2i4j.app.verify.Outputs;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.model.noise.Noise;
import io.github.x2i4j.model.noise.NormalGenerator;

/** Noise of a seed, as {@code torch.randn} and diffusers' {@code randn_tensor} draw it. */
public final class NoiseComponent implements Component {
    @Override
    public String name() {
        return "noise";
    }

    @Override
    public Outputs run(GoldenCase golden, Engine engine) {
        JsonNode args = golden.args();
        Noise generator = Noise.parse(args.path("generator").asText("torch-cpu"));
        DType dtype = switch (args.path("dtype").asText("float32")) {
            case "float32" -> DType.F32;
            case "bfloat16" -> DType.BF16;
            case "float16" -> DType.F16;
            default -> throw new InvalidInputException(golden.folder() + ": dtype is not float32, bfloat16 or float16");
        };
        Outputs out = new Outputs();
        if (args.has("draws")) {
            NormalGenerator one = generator.generator(args.path("seed").longValue());
            int index = 0;
            for (JsonNode draw : args.get("draws")) {
                Shape shape = shape(draw);
                out.put("noise_" + index++, one.normal(shape.elements(), dtype), shape.toArray());
            }
            return out;
        }
        Shape shape = shape(args.path("shape"));
        float[] noise = args.has("seeds") ? rows(generator, args.get("seeds"), shape, dtype)
                : generator.generator(args.path("seed").longValue()).normal(shape.elements(), dtype);
        return args.path("pack").asBoolean() ? packed(out, noise, shape) : out.put("noise", noise, shape.toArray());
    }

    /** One generator for each row of the shape. */
    private static float[] rows(Noise generator, JsonNode seeds, Shape shape, DType dtype) {
        if (seeds.size() != shape.dim(0)) {
            throw new InvalidInputException(seeds.size() + " seeds for shape " + shape);
        }
        float[] noise = new float[Math.toIntExact(shape.elements())];
        int row = noise.length / seeds.size();
        for (int b = 0; b < seeds.size(); b++) {
            float[] one = generator.generator(seeds.get(b).longValue()).normal(row, dtype);
            System.arraycopy(one, 0, noise, b * row, row);
        }
        return noise;
    }

    /** [B, C, h, w] as the transformer takes it: [B, (h/2)(w/2), 4C], each token the 2 x 2 pixels of every channel. */
    private static Outputs packed(Outputs out, float[] noise, Shape shape) {
        int channels = (int) shape.dim(1);
        int h = (int) shape.dim(2);
        int w = (int) shape.dim(3);
        float[] tokens = new float[noise.length];
        for (int i = 0; i < noise.length; i++) {
            int x = i % w;
            int y = i / w % h;
            int c = i / (w * h) % channels;
            int b = i / (w * h * channels);
            int token = (b * (h / 2) + y / 2) * (w / 2) + x / 2;
            tokens[token * 4 * channels + c * 4 + y % 2 * 2 + x % 2] = noise[i];
        }
        return out.put("noise", tokens, shape.dim(0), (long) (h / 2) * (w / 2), 4L * channels);
    }

    private static Shape shape(JsonNode dims) {
        long[] d = new long[dims.size()];
        for (int i = 0; i < d.length; i++) {
            d[i] = dims.get(i).longValue();
        }
        return Shape.of(d);
    }
}
