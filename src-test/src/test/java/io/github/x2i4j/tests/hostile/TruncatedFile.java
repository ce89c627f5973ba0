package io.github.x2i4j.tests.hostile;

import io.github.x2i4j.engine.ConvSpec;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineOptions;
import io.github.x2i4j.engine.Epilogue;
import io.github.x2i4j.engine.FakeGpu;
import io.github.x2i4j.engine.Precision;
import io.github.x2i4j.engine.Scope;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Computes with the weights of a mapped file, first with the whole file until the code is compiled, then with the file cut behind its
 * header, each op in turn. Prints a line for each op: its name and what was thrown.
 */
final class TruncatedFile {
    private static final int SIDE = 512;
    /** How long an op runs before its file is cut: until its code is compiled, with the commonest type. */
    private static final long WARM_F32_NANOS = 60_000_000;
    private static final long WARM_NANOS = 25_000_000;

    private TruncatedFile() {
    }

    /** The ops that take weights, as functions of one matrix of them. */
    static Map<String, BiFunction<Scope, Tensor, Tensor>> ops() {
        Map<String, BiFunction<Scope, Tensor, Tensor>> ops = new LinkedHashMap<>();
        ops.put("linear of many rows", (f, w) -> f.linear(f.zeros(64, SIDE), w, null, Epilogue.NONE));
        ops.put("linear of one row", (f, w) -> f.linear(f.zeros(1, SIDE), w, null, Epilogue.NONE));
        ops.put("conv2d", (f, w) -> w.dtype().blockElements() > 1 ? null : f.conv2d(f.zeros(1, SIDE, 3, 3), w.reshape(SIDE, SIDE, 1, 1), null, new ConvSpec(1, 0, 0, 0, 0), Epilogue.NONE));
        ops.put("gatherRows", (f, w) -> f.gatherRows(w, new long[] {SIDE - 1, 3}));
        ops.put("layerNorm", (f, w) -> w.dtype() != DType.F32 ? null : f.layerNorm(f.zeros(4, SIDE), w.row(SIDE - 1), w.row(SIDE - 2), 1e-6f));
        ops.put("add", (f, w) -> w.dtype() != DType.F32 ? null : f.add(f.zeros(SIDE, SIDE), w));
        ops.put("concat", (f, w) -> w.dtype() != DType.F32 ? null : f.concat(0, w, f.zeros(1, SIDE)));
        return ops;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path file = Path.of(args[0]);
        boolean gpu = args[1].equals("GPU");
        try (Engine engine = gpu ? FakeGpu.open(1L << 30, Precision.F32)
                : Engine.open(new EngineOptions(EngineOptions.KernelChoice.valueOf(args[1]), Integer.parseInt(args[2]), 2))) {
            System.out.println("kernels " + engine.info().label());
            for (DType type : Arrays.stream(DType.values()).filter(DType::isFloat).toList()) {
                for (var op : ops().entrySet()) {
                    write(file, type);
                    try (Checkpoint weights = Checkpoints.open(file)) {
                        Tensor w = weights.tensor("w");
                        // A GPU that has seen the weights needs the file no more.
                        long end = System.nanoTime() + (type == DType.F32 ? WARM_F32_NANOS : WARM_NANOS);
                        while (!gpu && System.nanoTime() < end) {
                            run(engine, op.getValue(), w);
                        }
                        cut(file);
                        System.out.println(type + " " + op.getKey() + ": " + thrown(engine, op.getValue(), w));
                        System.out.println(type + " " + op.getKey() + " again: " + thrown(engine, op.getValue(), w));
                    }
                }
            }
            if (!gpu) {
                meanwhile(engine, file);
            }
            System.out.println("held " + engine.memory().inUse());
        }
        System.out.println("done");
    }

    /** Cuts the file while an op reads it, in another thread and again and again. */
    private static void meanwhile(Engine engine, Path file) throws IOException, InterruptedException {
        var op = ops().get("linear of many rows");
        for (int round = 0; round < 20; round++) {
            write(file, DType.F32);
            try (Checkpoint weights = Checkpoints.open(file)) {
                Tensor w = weights.tensor("w");
                int wait = round;
                Thread cutter = Thread.ofPlatform().start(() -> {
                    try {
                        Thread.sleep(wait);
                        cut(file);
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
                String thrown = "nothing";
                while (thrown.equals("nothing")) {
                    thrown = thrown(engine, op, w);
                }
                cutter.join();
                System.out.println("meanwhile " + round + ": " + thrown);
            }
        }
    }

    private static boolean run(Engine engine, BiFunction<Scope, Tensor, Tensor> op, Tensor w) {
        try (Scope f = engine.scope()) {
            return op.apply(f, w) != null;
        }
    }

    private static String thrown(Engine engine, BiFunction<Scope, Tensor, Tensor> op, Tensor w) {
        try {
            return run(engine, op, w) ? "nothing" : "not an op of this type";
        } catch (Throwable t) {
            return t.toString();
        }
    }

    private static void write(Path file, DType type) throws IOException {
        long bytes = type.bytes((long) SIDE * SIDE);
        boolean blocks = type.blockElements() > 1;
        String header = "{" + (blocks ? "\"__metadata__\":{\"x2i4j.blocks.w\":\"" + type + "\"}," : "") + "\"w\":{\"dtype\":\"" + (blocks ? "U8" : type)
                + "\",\"shape\":[" + SIDE + "," + (blocks ? type.bytes(SIDE) : SIDE) + "],\"data_offsets\":[0," + bytes + "]}}";
        Files.deleteIfExists(file);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer start = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length())
                    .put(header.getBytes(StandardCharsets.US_ASCII)).flip();
            out.write(start);
            out.write(ByteBuffer.allocate((int) bytes));
        }
    }

    private static void cut(Path file) throws IOException {
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(200);
        }
    }
}
