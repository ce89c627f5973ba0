package io.github.x2i4j.loader.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.hostile.Hostile;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Hostile
class TorchFileTest {
    private static final long[] SIX = {2, 3};

    /** Size of the directory's record of "a/data.pkl", which comes first. */
    private static final int CENTRAL = 46 + "a/data.pkl".length();

    @TempDir
    Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("w.bin"), content);
    }

    private Checkpoint open(byte[] content) throws IOException {
        return Checkpoints.open(file(content));
    }

    private Path resource(String name) throws IOException {
        try (InputStream in = TorchFileTest.class.getResourceAsStream(name)) {
            return Files.write(folder.resolve(name), in.readAllBytes());
        }
    }

    /** A state dict with one tensor "w" made by {@code value}. */
    private static byte[] single(Function<Pickle, Pickle> value) {
        return value.apply(new Pickle().orderedDict().string("w")).op("s").stop();
    }

    private static byte[] six() {
        return Pickle.floats(1, 2, 3, 4, 5, 6);
    }

    @Test
    void filesThatPyTorchWroteAgreeAcrossTheirFormats() throws IOException {
        try (Checkpoint legacy = Checkpoints.open(resource("legacy-bf16.bin")); Checkpoint zip = Checkpoints.open(resource("zip-bf16-module.bin"));
                Checkpoint views = Checkpoints.open(resource("zip-f32-views.bin"))) {
            assertThat(legacy.tensors().keySet()).containsExactly("conv.bias", "conv.weight", "mlp.fc.1.bias", "mlp.fc.1.weight",
                    "mlp.layernorm.bias", "mlp.layernorm.weight", "mlp.projector.0.weight", "mlp.projector.2.weight");
            assertThat(zip.tensors().keySet()).isEqualTo(legacy.tensors().keySet());
            assertThat(views.tensors().keySet()).isEqualTo(legacy.tensors().keySet());
            assertThat(views.tensors().values()).anyMatch(t -> t.offset() == -1);
            for (String name : legacy.tensors().keySet()) {
                float[] expected = views.tensor(name).toFloats();
                for (int i = 0; i < expected.length; i++) { // bfloat16, rounded to nearest even
                    int bits = Float.floatToIntBits(expected[i]);
                    expected[i] = Float.intBitsToFloat(bits + 0x7FFF + (bits >>> 16 & 1) & 0xFFFF0000);
                }
                assertThat(legacy.tensor(name).dtype()).isEqualTo(DType.BF16);
                assertThat(legacy.tensor(name).shape()).isEqualTo(views.tensor(name).shape());
                assertThat(legacy.tensor(name).toFloats()).as(name).isEqualTo(expected);
                assertThat(zip.tensor(name).toFloats()).as(name).isEqualTo(expected);
            }
        }
    }

    static Stream<Arguments> views() {
        return Stream.of(
                arguments("contiguous", SIX, new long[] {3, 1}, 0L, new float[] {1, 2, 3, 4, 5, 6}),
                arguments("transposed", new long[] {3, 2}, new long[] {1, 3}, 0L, new float[] {1, 4, 2, 5, 3, 6}),
                arguments("from an offset", new long[] {2}, new long[] {1}, 3L, new float[] {4, 5}),
                arguments("every second", new long[] {3}, new long[] {2}, 1L, new float[] {2, 4, 6}),
                arguments("repeated", SIX, new long[] {0, 1}, 2L, new float[] {3, 4, 5, 3, 4, 5}),
                arguments("axes of one element with any stride", new long[] {1, 3, 1}, new long[] {99, 1, 77}, 3L, new float[] {4, 5, 6}),
                arguments("scalar", new long[] {}, new long[] {}, 5L, new float[] {6}),
                arguments("empty", new long[] {0, 9}, new long[] {9, 1}, 6L, new float[] {}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("views")
    void viewsOfAStorageAreGathered(String name, long[] shape, long[] strides, long offset, float[] expected) throws IOException {
        byte[] pickle = single(p -> p.tensor("FloatStorage", "0", 6, offset, shape, strides));
        try (Checkpoint c = open(Pickle.checkpoint(pickle, six()))) {
            assertThat(c.tensors().get("w").bytes()).isEqualTo(4L * expected.length);
            assertThat(c.tensor("w").shape()).isEqualTo(Shape.of(shape));
            assertThat(c.tensor("w").toFloats()).containsExactly(expected);
            assertThat(c.tensor("w").toFloats()).containsExactly(expected);
        }
    }

    @Test
    void onlyWhatIsNotContiguousIsCopied() throws IOException {
        byte[] plain = single(p -> p.tensor("FloatStorage", "0", 6, 3, new long[] {1, 3, 1}, new long[] {99, 1, 77}));
        try (Checkpoint c = open(Pickle.checkpoint(plain, six()))) {
            assertThat(c.tensors().get("w").offset()).isPositive();
            assertThat(c.tensor("w").storage().byteSize()).isEqualTo(Files.size(c.path()));
        }
        byte[] transposed = single(p -> p.tensor("FloatStorage", "0", 6, 0, new long[] {3, 2}, new long[] {1, 3}));
        try (Checkpoint c = open(Pickle.checkpoint(transposed, six()))) {
            assertThat(c.tensors().get("w").offset()).isEqualTo(-1);
            assertThat(c.tensor("w").storage()).isSameAs(c.tensor("w").storage());
        }
    }

    @Test
    void largeZipFilesHaveTheirDirectoryInZip64Records() throws IOException {
        byte[] zip = Pickle.checkpoint(good(), six());
        try (Checkpoint c = open(zip64(zip, 0))) {
            assertThat(c.tensor("w").toFloats()).containsExactly(1, 2, 3, 4, 5, 6);
        }
        for (int wrong : new int[] {1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThatThrownBy(() -> open(zip64(zip, wrong))).isExactlyInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("the zip64 end record is damaged");
        }
    }

    /** The same archive with a zip64 end record, whose place is given wrong by {@code shift} bytes. */
    private static byte[] zip64(byte[] zip, int shift) {
        int end = zip.length - 22;
        ByteBuffer old = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer b = ByteBuffer.allocate(zip.length + 56 + 20).order(ByteOrder.LITTLE_ENDIAN);
        b.put(zip, 0, end);
        b.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0).putInt(0);
        b.putLong(old.getShort(end + 10)).putLong(old.getShort(end + 10)).putLong(old.getInt(end + 12)).putLong(old.getInt(end + 16));
        b.putInt(0x07064b50).putInt(0).putLong(end + (long) shift).putInt(1);
        b.putInt(0x06054b50).putInt(0).putInt(-1).putInt(-1).putInt(-1).putShort((short) 0);
        return b.array();
    }

    @Test
    void tensorsShareAStorageAndParametersAndUntypedStoragesAreRead() throws IOException {
        Pickle p = new Pickle().orderedDict().op("(");
        p.string("module.a").tensor("FloatStorage", "0", 6, 0, new long[] {3}, new long[] {1});
        p.string("module.b").global("torch._utils", "_rebuild_parameter").op("(").tensor("FloatStorage", "0", 6, 3, new long[] {3}, new long[] {1})
                .op(0x88).orderedDict().op("tR");
        p.string("c").global("torch._utils", "_rebuild_tensor_v3").op("(").op("(").string("storage").global("torch.storage", "UntypedStorage")
                .string("0").string("cuda:0").integer(24).op("tQ").integer(1).longs(2).longs(1).op(0x89).orderedDict().global("torch", "float32").op("tR");
        p.string("step").integer(1000).op("u");
        p.op("}").string("_metadata").orderedDict().op("sb");
        try (Checkpoint c = open(Pickle.checkpoint(p.stop(), six()))) {
            assertThat(c.tensors().keySet()).containsExactly("a", "b", "c");
            assertThat(c.tensor("a").toFloats()).containsExactly(1, 2, 3);
            assertThat(c.tensor("b").toFloats()).containsExactly(4, 5, 6);
            assertThat(c.tensor("c").toFloats()).containsExactly(2, 3);
        }
    }

    @Test
    void aStateDictBesideAConfigIsFoundAndTheConfigIsMetadata() throws IOException {
        Pickle p = new Pickle().op("}").string("config").op("}").string("input_dim").integer(24).op("s").string("use_cnn").op(0x88).op("s")
                .string("list").op("]").op("s").op("s");
        p.string("state_dict").orderedDict().string("w").tensor("FloatStorage", "0", 6, 0, SIX, new long[] {3, 1}).op("ss");
        try (Checkpoint c = open(Pickle.checkpoint(p.stop(), six()))) {
            assertThat(c.tensors().keySet()).containsExactly("w");
            assertThat(c.metadata()).containsExactly(Map.entry("config.input_dim", "24"), Map.entry("config.use_cnn", "true"));
        }
    }

    /** A state dict whose tensor has {@code size} floats of an untyped storage of 24 bytes. */
    private static byte[] untyped(long size) {
        return single(p -> p.global("torch._utils", "_rebuild_tensor_v3").op("(").op("(").string("storage").global("torch.storage", "UntypedStorage")
                .string("0").string("cpu").integer(24).op("tQ").integer(0).longs(size).longs(1).op(0x89).op("N").global("torch", "float32").op("tR"));
    }

    static Stream<Arguments> hostilePickles() {
        Pickle nested = new Pickle();
        for (int i = 0; i < 200_000; i++) {
            nested.op("(");
        }
        Pickle many = new Pickle().op("(");
        for (int i = 0; i < 1_100_000; i++) {
            many.op("]");
        }
        return Stream.of(
                arguments(new Pickle().global("os", "system").op("(").string("touch x").op("tR").stop(), "the pickle asks for os.system"),
                arguments(new Pickle().global("builtins", "eval").stop(), "the pickle asks for builtins.eval"),
                arguments(new Pickle().global("__builtin__", "getattr").stop(), "__builtin__.getattr"),
                arguments(new Pickle().string("posix").string("system").op(0x93).stop(), "the pickle asks for posix.system"),
                arguments(new Pickle().global("torch._utils", "_rebuild_parameter_v9").stop(), "torch._utils._rebuild_parameter_v9"),
                arguments(new Pickle().global("torch", "QInt8Storage").stop(), "torch.QInt8Storage"),
                arguments(new Pickle().global("torch", "load").stop(), "the pickle asks for torch.load"),
                arguments(new Pickle().global("collections", "defaultdict").stop(), "collections.defaultdict"),
                arguments(new Pickle().global("col\u001b", "x".repeat(100_000)).stop(), "the pickle asks for col\\u001b.xxx"),
                arguments(new Pickle().op("(ios\nsystem\n").stop(), "the instruction 0x69"),
                arguments(new Pickle().op("(o").stop(), "the instruction 0x6f"),
                arguments(new Pickle().op(0x81).stop(), "the instruction 0x81"),
                arguments(new Pickle().op(0x82, 1).stop(), "the instruction 0x82"),
                arguments(new Pickle().op("Pabc\n").stop(), "the instruction 0x50"),
                arguments(new Pickle().op(0x80, 9).stop(), "protocol 9"),
                arguments(new byte[0], "the pickle ends too early"),
                arguments(new Pickle().bytes(), "the pickle ends too early"),
                arguments(new Pickle().op("X").bytes(), "the pickle ends too early"),
                arguments(new Pickle().stringSaidToHave(0xFFFFFFFFL).bytes(), "the pickle ends too early"),
                arguments(new Pickle().op(0x8d).op(255, 255, 255, 255, 255, 255, 255, 127).bytes(), "the pickle ends too early"),
                arguments(new Pickle().op(0x8d).op(255, 255, 255, 255, 255, 255, 255, 255).bytes(), "the pickle ends too early"),
                arguments(new Pickle().op(0x8a, 200).bytes(), "an integer of 200 bytes"),
                arguments(new Pickle().op("X").op(1, 0, 0, 0, 0xFF).stop(), "a string that is not UTF-8"),
                arguments(new Pickle().stop(), "takes a value from an empty stack"),
                arguments(new Pickle().op("R").stop(), "takes a value from an empty stack"),
                arguments(new Pickle().op("(q").op(0).stop(), "takes a value from an empty stack"),
                arguments(new Pickle().op("t").stop(), "a mark that is not there"),
                arguments(new Pickle().op("h").op(3).stop(), "recalls value 3, which it never kept"),
                arguments(new Pickle().op("j").op(255, 255, 255, 255).stop(), "recalls value 4294967295"),
                arguments(new Pickle().op("NN").stop(), "values left over"),
                arguments(new Pickle().op("}(").string("a").op("u").stop(), "a key without a value"),
                arguments(new Pickle().op("}]Ns").stop(), "neither a string nor an integer"),
                arguments(new Pickle().op("}NNs").stop(), "neither a string nor an integer"),
                arguments(new Pickle().op("}").string("a").op("Ns").string("a").op("Ns").stop(), "sets a twice"),
                arguments(new Pickle().op("N").string("a").op("Ns").stop(), "fills something that is no dictionary"),
                arguments(new Pickle().op("}Na").stop(), "appends to something that is no list"),
                arguments(new Pickle().op("]Nb").stop(), "fills something that is no dictionary"),
                arguments(new Pickle().op("N)R").stop(), "calls something that is no function"),
                arguments(new Pickle().global("collections", "OrderedDict").op("NR").stop(), "OrderedDict is no tuple"),
                arguments(new Pickle().global("collections", "OrderedDict").longs(1).op("R").stop(), "OrderedDict has 1 values, expected 0"),
                arguments(new Pickle().global("torch._utils", "_rebuild_tensor_v2").op(")R").stop(), "_rebuild_tensor_v2 has 0 values, expected 6 to 7"),
                arguments(new Pickle().global("torch._utils", "_rebuild_tensor_v2").longs(1, 2, 3, 4, 5, 6).op("R").stop(), "a tensor has no typed storage"),
                arguments(new Pickle().global("torch._utils", "_rebuild_parameter").longs(1, 2, 3).op("R").stop(), "a parameter holds no tensor"),
                arguments(new Pickle().global("torch._utils", "_rebuild_tensor_v3").op("(").storage("FloatStorage", "0", 6).integer(0).longs(3).longs(1)
                        .op(0x89).op("N").global("torch", "float64").op("tR").stop(), "a tensor has no storage of its dtype"),
                arguments(untyped(7), "reaches element 6 of a storage with 6"),
                arguments(new Pickle().op("}").string("w").tensor("FloatStorage", "0", 6, 0, SIX, new long[] {3, 1}).op("s").string("module.w")
                        .tensor("FloatStorage", "0", 6, 0, SIX, new long[] {3, 1}).op("s").stop(), "tensor w stands twice, with and without the prefix"),
                arguments(new Pickle().longs(1, 2, 3, 4, 5).op("Q").stop(), "something that is no storage"),
                arguments(new Pickle().string("0").op("Q").stop(), "a storage's name is no tuple"),
                arguments(new Pickle().storage("FloatStorage", "0", -1).stop(), "the size of a storage is negative: -1"),
                arguments(new Pickle().op("N").stop(), "holds a None, expected a state dict"),
                arguments(new Pickle().op("]").stop(), "holds a list, expected a state dict"),
                arguments(new Pickle().tensor("FloatStorage", "0", 6, 0, SIX, new long[] {3, 1}).stop(), "holds a single tensor, expected a state dict"),
                arguments(new Pickle().op("}").stop(), "a dictionary without tensors (empty)"),
                arguments(new Pickle().op("}").string("model").op("}s").string("optimizer").op("}s").stop(), "without tensors (keys model, optimizer)"),
                arguments(nested.stop(), "nests deeper than 100000 levels"),
                arguments(many.stop(), "piles up more than 1000000 values"));
    }

    @ParameterizedTest
    @Timeout(30)
    @MethodSource("hostilePickles")
    void aHostilePickleIsRefusedAndNothingIsExecuted(byte[] pickle, String expected) throws IOException {
        Path file = file(Pickle.checkpoint(pickle, six()));
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected)
                .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(700));
    }

    static Stream<Arguments> hostileTensors() {
        long max = Long.MAX_VALUE;
        return Stream.of(
                arguments("FloatStorage", "0", 6L, 1L, SIX, new long[] {3, 1}, "reaches element 6 of a storage with 6"),
                arguments("FloatStorage", "0", 6L, 0L, SIX, new long[] {4, 1}, "reaches element 6 of a storage with 6"),
                arguments("FloatStorage", "0", 6L, 7L, new long[] {0}, new long[] {1}, "of a storage with 6"),
                arguments("FloatStorage", "0", 6L, max, new long[] {1}, new long[] {1}, "of a storage with 6"),
                arguments("FloatStorage", "0", 6L, max, new long[] {2}, new long[] {1}, "its size is out of range"),
                arguments("FloatStorage", "0", 6L, 0L, new long[] {3}, new long[] {max}, "its size is out of range"),
                arguments("FloatStorage", "0", 6L, 0L, new long[] {1L << 40, 1L << 40}, new long[] {0, 0}, "its size is out of range"),
                arguments("FloatStorage", "0", 6L, 0L, new long[] {1L << 40, 1L << 40, 0}, new long[] {0, 0, 0}, "its size is out of range"),
                arguments("FloatStorage", "0", 6L, 0L, new long[] {1L << 60}, new long[] {0}, "its size is out of range"),
                arguments("FloatStorage", "0", 6L, 0L, new long[] {1L << 40}, new long[] {0}, "unfolds to far more than the file holds"),
                arguments("FloatStorage", "0", 6L, 0L, SIX, new long[] {1}, "2 dimensions and 1 strides"),
                arguments("FloatStorage", "0", 6L, 0L, SIX, new long[] {3, -1}, "a tensor's strides is negative: -1"),
                arguments("FloatStorage", "0", 6L, -1L, SIX, new long[] {3, 1}, "a tensor's offset is negative: -1"),
                arguments("FloatStorage", "0", 6L, 0L, new long[17], new long[17], "a tensor's shape has 17 values, expected 0 to 16"),
                arguments("FloatStorage", "1", 6L, 0L, SIX, new long[] {3, 1}, "its storage 1 is not in the file"),
                arguments("FloatStorage", "../version", 6L, 0L, SIX, new long[] {3, 1}, "its storage ../version is not in the file"),
                arguments("FloatStorage", "0", 5L, 0L, new long[] {1}, new long[] {1}, "its storage 0 should have 20 bytes, but has 24"),
                arguments("FloatStorage", "0", 7L, 0L, SIX, new long[] {3, 1}, "its storage 0 should have 28 bytes, but has 24"),
                arguments("DoubleStorage", "0", 6L, 0L, SIX, new long[] {3, 1}, "its storage 0 should have 48 bytes, but has 24"),
                arguments("FloatStorage", "0", max, 0L, SIX, new long[] {3, 1}, "its storage 0 should have"));
    }

    @ParameterizedTest
    @MethodSource("hostileTensors")
    void aTensorThatLeavesItsStorageIsRefused(String type, String key, long size, long offset, long[] shape, long[] strides, String expected)
            throws IOException {
        Path file = file(Pickle.checkpoint(single(p -> p.tensor(type, key, size, offset, shape, strides)), six()));
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    private static byte[] good() {
        return single(p -> p.tensor("FloatStorage", "0", 6, 0, SIX, new long[] {3, 1}));
    }

    private static Map<String, byte[]> entries(Object... namesAndTexts) {
        Map<String, byte[]> m = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            m.put((String) namesAndTexts[i], namesAndTexts[i + 1] instanceof byte[] b ? b
                    : ((String) namesAndTexts[i + 1]).getBytes(StandardCharsets.US_ASCII));
        }
        return m;
    }

    private static byte[] patched(byte[] zip, String signature, int fieldAt, int... bytes) {
        byte[] out = zip.clone();
        String text = new String(out, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(signature);
        for (int i = 0; i < bytes.length; i++) {
            out[at + fieldAt + i] = (byte) bytes[i];
        }
        return out;
    }

    static Stream<Arguments> hostileZips() {
        byte[] zip = Pickle.checkpoint(good(), six());
        String central = "PK\1\2";
        String end = "PK\5\6";
        byte[] twice = Pickle.zip(entries("a/data.pkl", good(), "a/data/0", six(), "a/data/1", six()));
        return Stream.of(
                arguments(java.util.Arrays.copyOf(zip, zip.length - 1), "the zip directory at the end is missing"),
                arguments(java.util.Arrays.copyOf(zip, 40), "the zip directory at the end is missing"),
                arguments(Pickle.zip(entries("a/other", "x")), "holds no data.pkl"),
                arguments(Pickle.zip(entries("a/data.pkl", good(), "b/data.pkl", good())), "holds more than one data.pkl"),
                arguments(Pickle.zip(entries("a/data.pkl", good(), "a/constants.pkl", "", "a/data/0", six())), "this is a TorchScript program"),
                arguments(Pickle.zip(entries("a/data.pkl", good(), "a/data/../../0", six())), "leads out of the archive"),
                arguments(Pickle.zip(entries("a/data.pkl", good(), "/etc/passwd", six())), "leads out of the archive"),
                arguments(new String(twice, StandardCharsets.ISO_8859_1).replace("a/data/1", "a/data/0").getBytes(StandardCharsets.ISO_8859_1), "zip entry a/data/0 stands twice"),
                arguments(patched(zip, end, 16, 255, 255, 255, 127), "the zip directory lies outside the file"),
                arguments(patched(zip, end, 12, 255, 255, 255, 127), "the zip directory lies outside the file"),
                arguments(patched(zip, end, 10, 255, 255), "says 65535 entries, more than fit"),
                arguments(patched(zip, central, 0, 'P', 'X'), "the zip directory is damaged"),
                arguments(patched(zip, central, 8, 1), "is encrypted"),
                arguments(patched(zip, central, 24, 255, 255, 255, 127), "has two sizes"),
                arguments(patched(patched(zip, central, 24, 255, 255, 255, 127), central, 20, 255, 255, 255, 127), "which is more than the file holds"),
                arguments(patched(zip, central, 42, 3), "has no local header"),
                arguments(patched(zip, central, 42, 255, 255, 255, 255), "a zip64 field is missing"),
                arguments(patched(zip, central, 28, 255, 255), "the zip directory is damaged"),
                arguments(patched(patched(twice, "PK\1\2", CENTRAL + 20, 70), "PK\1\2", CENTRAL + 24, 70), "zip entry a/data/1 overlaps the one before it"),
                arguments(patched(zip, "PK\3\4", 30, 'x'), "has another name in its local header"),
                arguments(patched(zip, "PK\3\4", 8, 8), "has another method in its local header"));
    }

    @ParameterizedTest
    @MethodSource("hostileZips")
    void aHostileZipIsRefused(byte[] zip, String expected) throws IOException {
        Path file = file(zip);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    @Test
    void compressedEntriesAndBigEndianDataAreUnsupported() throws IOException {
        assertThatThrownBy(() -> open(Pickle.zip(entries("a/data.pkl", good(), "a/data/0", six()), ZipEntry.DEFLATED)))
                .isExactlyInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("zip entry a/data.pkl is compressed");
        assertThatThrownBy(() -> open(Pickle.zip(entries("a/data.pkl", good(), "a/data/0", six(), "a/byteorder", "big"))))
                .isExactlyInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("big-endian");
        assertThatThrownBy(() -> open(legacy(new Pickle().op("}").string("little_endian").op(0x89).op("s").stop(), good(), "0", 6, six())))
                .isExactlyInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("big-endian");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 5, 8, 13, 21, 55, 89, 144, 233, 377, 610})
    void aFileCutAnywhereIsATypedError(int length) throws IOException {
        byte[] zip = Pickle.checkpoint(good(), six());
        byte[] legacy = legacy(littleEndian(), legacyGood(), "0", 6, six());
        for (byte[] whole : new byte[][] {zip, legacy}) {
            byte[] cut = java.util.Arrays.copyOf(whole, Math.min(length, whole.length - 1));
            assertThatThrownBy(() -> open(cut)).isInstanceOf(X2iException.class);
        }
    }

    private static byte[] littleEndian() {
        return new Pickle().op("}").string("little_endian").op(0x88).op("s").stop();
    }

    private static byte[] legacyGood(Object... view) {
        Pickle p = new Pickle().orderedDict().string("w").global("torch._utils", "_rebuild_tensor_v2").op("(");
        p.op("(").string("storage").global("torch", "FloatStorage").string("0").string("cpu").integer(6);
        if (view.length == 0) {
            p.op("N");
        } else {
            p.op("(").string("0").integer((long) view[0]).integer((long) view[1]).op("t");
        }
        return p.op("tQ").integer(1).longs(2).longs(1).op(0x89).orderedDict().op("tRs").stop();
    }

    private static byte[] legacy(byte[] system, byte[] object, String key, long count, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new Pickle().op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19).stop());
        out.writeBytes(new Pickle().op("M").op(0xe9, 3).stop());
        out.writeBytes(system);
        out.writeBytes(object);
        out.writeBytes(new Pickle().op("]").string(key).op("a").stop());
        for (int i = 0; i < 8; i++) {
            out.write((int) (count >>> 8 * i));
        }
        out.writeBytes(data);
        return out.toByteArray();
    }

    /** A legacy file with these keys in its list of storages, the data of one after the other. */
    private static byte[] legacyListed(String... keys) {
        byte[] one = legacy(littleEndian(), legacyGood(), keys[0], 6, six());
        byte[] list = new Pickle().op("]").string(keys[0]).op("a").stop();
        Pickle longer = new Pickle().op("](");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(one, 0, one.length - 8 - 24 - list.length);
        for (String key : keys) {
            longer.string(key);
        }
        out.writeBytes(longer.op("e").stop());
        for (int i = 0; i < keys.length; i++) {
            out.write(one, one.length - 8 - 24, 8 + 24);
        }
        return out.toByteArray();
    }

    @Test
    void legacyFilesAndTheirStorageViewsAreRead() throws IOException {
        try (Checkpoint c = open(legacy(littleEndian(), legacyGood(), "0", 6, six()))) {
            assertThat(c.tensor("w").toFloats()).containsExactly(2, 3);
        }
        try (Checkpoint c = open(legacy(littleEndian(), legacyGood(2L, 4L), "0", 6, six()))) {
            assertThat(c.tensor("w").toFloats()).containsExactly(4, 5);
        }
    }

    static Stream<Arguments> hostileLegacy() {
        return Stream.of(
                arguments(legacy(littleEndian(), legacyGood(), "0", 7, six()), "is said to have 6 elements, but has 7"),
                arguments(legacy(littleEndian(), legacyGood(), "0", -1, six()), "is said to have 6 elements"),
                arguments(legacy(littleEndian(), legacyGood(), "0", 6, Pickle.floats(1, 2)), "the file ends inside storage 0"),
                arguments(legacy(littleEndian(), legacyGood(), "9", 6, six()), "storage 9 belongs to no tensor"),
                arguments(legacyListed("0", "0"), "storage 0 is listed twice"),
                arguments(legacy(littleEndian(), new Pickle().orderedDict().string("a").tensor("FloatStorage", "0", 6, 0, SIX, new long[] {3, 1}).op("s")
                        .string("b").tensor("DoubleStorage", "0", 6, 0, SIX, new long[] {3, 1}).op("s").stop(), "0", 6, six()), "storage 0 has two types or sizes"),
                arguments(legacy(littleEndian(), legacyGood(3L, 4L), "0", 6, six()), "the view of 4 elements from 3 exceeds storage 0 of 6"),
                arguments(legacy(littleEndian(), legacyGood(5L, 1L), "0", 6, six()), "reaches element 2 of a storage with 1"),
                arguments(legacy(new Pickle().op("}").stop(), legacyGood(), "0", 6, six()), "the record of the system that saved it is missing"),
                arguments(legacy(littleEndian(), new Pickle().global("os", "system").stop(), "0", 6, six()), "the pickle asks for os.system"));
    }

    @ParameterizedTest
    @MethodSource("hostileLegacy")
    void aHostileLegacyFileIsRefused(byte[] content, String expected) throws IOException {
        Path file = file(content);
        assertThatThrownBy(() -> Checkpoints.open(file)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file + ": ").hasMessageContaining(expected);
    }

    @Test
    void otherKindsOfFilesAreNamed() throws IOException {
        byte[] tar = new byte[1024];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertThatThrownBy(() -> open(tar)).isExactlyInstanceOf(UnsupportedFeatureException.class).hasMessageContaining("this is a tar file");
        assertThatThrownBy(() -> open("version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.US_ASCII)))
                .isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("git lfs pull");
        assertThatThrownBy(() -> open("<html>".getBytes(StandardCharsets.US_ASCII))).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not the first bytes of a file written by torch.save");
        assertThatThrownBy(() -> open(new byte[0])).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("has no content");
    }
}
