package io.github.x2i4j.model.noise;

import io.github.x2i4j.engine.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose random numbers a picture begins with. PyTorch draws others on a GPU than on the CPU, so a picture that it made on a GPU is made
 * again with the GPU's.
 *
 * @param kind which generator
 * @param multiprocessors of the GPU that is followed; 0 for the CPU's
 * @param threads that one of them runs at a time; 0 for the CPU's
 */
public record Noise(Kind kind, int multiprocessors, int threads) {
    /** PyTorch's generators. */
    public enum Kind { TORCH_CPU, TORCH_CUDA }

    /** The CPU's, whatever computes. */
    public static final Noise DEFAULT = new Noise(Kind.TORCH_CPU, 0, 0);
    /** Of an H100 or H200 (SXM). */
    private static final Noise H100 = new Noise(Kind.TORCH_CUDA, 132, 2048);
    private static final Pattern CUDA = Pattern.compile("torch-cuda:(\\d{1,4})x(\\d{1,5})");

    public Noise {
        if (kind == Kind.TORCH_CUDA && (multiprocessors < 1 || threads < 256)) {
            throw new InvalidInputException("noise of a GPU with " + multiprocessors + " multiprocessors of " + threads
                    + " threads: takes at least 1 and 256, such as torch-cuda:108x2048");
        }
    }

    /**
     * A generator as users write it: {@code torch-cpu}; {@code torch-cuda}, as an H100 draws; or {@code torch-cuda:108x2048}, as a GPU of so many
     * multiprocessors that run so many threads at a time draws: 108x2048 is an A100, 128x1536 an RTX 4090, 82x1536 an RTX 3090.
     *
     * @throws InvalidInputException if it is none of these
     */
    public static Noise parse(String text) {
        Matcher m = CUDA.matcher(text);
        if (m.matches()) {
            return new Noise(Kind.TORCH_CUDA, Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
        }
        return switch (text) {
            case "torch-cpu" -> DEFAULT;
            case "torch-cuda" -> H100;
            default -> throw new InvalidInputException("noise " + text + ": takes torch-cpu, torch-cuda or torch-cuda:MULTIPROCESSORSxTHREADS, "
                    + "such as torch-cuda:108x2048");
        };
    }

    /** The generator with a seed. */
    public NormalGenerator generator(long seed) {
        return switch (kind) {
            case TORCH_CPU -> new TorchCpuGenerator(seed);
            case TORCH_CUDA -> new TorchCudaGenerator(seed, multiprocessors, threads);
        };
    }

    /** As {@link #parse} takes it. */
    @Override
    public String toString() {
        return kind == Kind.TORCH_CPU ? "torch-cpu" : equals(H100) ? "torch-cuda" : "torch-cuda:" + multiprocessors + "x" + threads;
    }
}
