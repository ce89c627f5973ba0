package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.safetensors.SafetensorsWriter;
import io.github.x2i4j.loader.torch.TorchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Hostile
class CorruptionTest {
    private static final int ROUNDS = Integer.getInteger("x2i4j.test.corruptions", 300);

    @TempDir
    Path folder;

    private byte[] good(String name) throws IOException {
        if (name.equals("safetensors")) {
            return Files.readAllBytes(new SafetensorsWriter().metadata("format", "pt").floats("a", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)
                    .values("b", DType.BF16, new long[] {2}, 1, 2).write(folder.resolve("good")));
        }
        try (InputStream in = TorchFile.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    /** Changes a few bytes, preferably where structure lies: at the beginning and the end; sometimes cuts or lengthens. */
    private static byte[] corrupted(byte[] good, SplittableRandom random) {
        byte[] bad = good.clone();
        for (int n = random.nextInt(1, 5); n > 0; n--) {
            int span = Math.min(bad.length, 2000);
            int at = switch (random.nextInt(3)) {
                case 0 -> random.nextInt(bad.length);
                case 1 -> random.nextInt(span);
                default -> bad.length - 1 - random.nextInt(span);
            };
            bad[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : new int[] {0, 1, 127, 128, 255, '(', '.', '}'}[random.nextInt(8)]);
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(bad, random.nextInt(2 * bad.length)) : bad;
    }

    @ParameterizedTest
    @Timeout(120)
    @ValueSource(strings = {"safetensors", "legacy-bf16.bin", "zip-bf16-module.bin", "zip-f32-views.bin"})
    void aCorruptedFileOpensOrIsATypedErrorThatNamesIt(String name) throws IOException {
        byte[] good = good(name);
        Path file = folder.resolve(name.contains(".") ? name : "w.safetensors");
        for (int seed = 0; seed < ROUNDS; seed++) {
            Files.write(file, corrupted(good, new SplittableRandom(seed)));
            try (Checkpoint c = Checkpoints.open(file)) {
                for (String tensor : c.tensors().keySet()) {
                    if (StoredType.valueOf(c.tensors().get(tensor).dtype()).dtype() != null) {
                        c.tensor(tensor).toString();
                    }
                }
            } catch (X2iException e) {
                assertThat(e.getMessage()).as("seed %d", seed).startsWith(file + ": ").hasSizeLessThan(800);
            } catch (RuntimeException e) {
                throw new AssertionError(name + " with seed " + seed, e);
            }
        }
    }
}
