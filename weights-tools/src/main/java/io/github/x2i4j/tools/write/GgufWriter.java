package io.github.x2i4j.tools.write;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.ModelKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes GGUF files (version 3, little endian) as a stream: header and tensor infos first, since all sizes are known, then one tensor
 * after the other, each at a multiple of 32 bytes. Dimensions stand in the format's order, innermost first.
 */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;
    private static final int MAX_RANK = 4;
    /** Longest name that ggml holds, its ending zero aside. */
    private static final int MAX_NAME = 63;
    private static final int UINT32 = 4;
    private static final int STRING = 8;

    /** ggml's numbers of element types (enum ggml_type) and of whole files (enum llama_ftype, where there is one). */
    private record Numbers(int type, int file) {
    }

    private static final Map<String, Numbers> NUMBERS = Map.ofEntries(Map.entry("F32", new Numbers(0, 0)), Map.entry("F16", new Numbers(1, 1)),
            Map.entry("Q4_0", new Numbers(2, 2)), Map.entry("Q4_1", new Numbers(3, 3)), Map.entry("Q5_0", new Numbers(6, 8)),
            Map.entry("Q5_1", new Numbers(7, 9)), Map.entry("Q8_0", new Numbers(8, 7)), Map.entry("Q2_K", new Numbers(10, 10)),
            Map.entry("Q3_K", new Numbers(11, 11)), Map.entry("Q4_K", new Numbers(12, 14)), Map.entry("Q5_K", new Numbers(13, 16)),
            Map.entry("Q6_K", new Numbers(14, 18)), Map.entry("I8", new Numbers(24, -1)), Map.entry("I16", new Numbers(25, -1)),
            Map.entry("I32", new Numbers(26, -1)), Map.entry("I64", new Numbers(27, -1)), Map.entry("F64", new Numbers(28, -1)),
            Map.entry("BF16", new Numbers(30, 32)));

    private GgufWriter() {
    }

    /** What {@code general.architecture} says of a kind of model. */
    public static String architecture(ModelKind kind) {
        return switch (kind) {
            case FLUX_TRANSFORMER, FLUX_SINGLE_FILE -> "flux";
            case T5 -> "t5encoder";
            case QWEN2_5_VL, QWEN2_5_VL_LANGUAGE -> "qwen2vl";
            default -> kind.name().toLowerCase(java.util.Locale.ROOT);
        };
    }

    /**
     * Writes one file.
     *
     * @param dtype type of most tensors, or null where it is not known
     * @throws UnsupportedFeatureException if the format cannot hold a tensor
     */
    public static void write(OutputPlace place, List<OutputTensor> tensors, String architecture, DType dtype, WriteProgress progress) {
        byte[] header = header(tensors, architecture, dtype);
        try (FileChannel channel = place.open(null)) {
            SafetensorsWriter.put(channel, ByteBuffer.wrap(header));
            for (OutputTensor t : tensors) {
                SafetensorsWriter.put(channel, t, progress);
                SafetensorsWriter.put(channel, ByteBuffer.allocate(padding(channel.position())));
            }
            channel.force(true);
        } catch (IOException e) {
            throw place.failed(e);
        }
    }

    private static byte[] header(List<OutputTensor> tensors, String architecture, DType dtype) {
        Numbers file = dtype == null ? null : NUMBERS.get(dtype.name());
        boolean typed = file != null && file.file >= 0;
        Out out = new Out();
        out.writeBytes(new byte[] {'G', 'G', 'U', 'F'});
        out.int32(3);
        out.int64(tensors.size());
        out.int64(typed ? 3 : 2);
        out.text("general.architecture");
        out.int32(STRING);
        out.text(architecture);
        out.text("general.quantization_version");
        out.int32(UINT32);
        out.int32(2);
        if (typed) {
            out.text("general.file_type");
            out.int32(UINT32);
            out.int32(file.file);
        }
        long at = 0;
        for (OutputTensor t : tensors) {
            info(out, t, at);
            at += t.bytes() + padding(t.bytes());
        }
        out.writeBytes(new byte[padding(out.size())]);
        return out.toByteArray();
    }

    private static void info(Out out, OutputTensor t, long offset) {
        Numbers type = NUMBERS.get(t.dtype());
        if (type == null) {
            throw new UnsupportedFeatureException("tensor " + t.name() + ": GGUF has no type " + t.dtype() + "; choose another with --dtype, or "
                    + "write safetensors");
        }
        if (t.shape().rank() > MAX_RANK) {
            throw new UnsupportedFeatureException("tensor " + t.name() + " has " + t.shape().rank() + " dimensions, GGUF holds at most " + MAX_RANK
                    + "; write safetensors");
        }
        if (t.name().getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
            throw new InvalidInputException("tensor " + t.name() + ": GGUF holds names of at most " + MAX_NAME + " bytes; write safetensors, or "
                    + "choose other names with --names");
        }
        out.text(t.name());
        int rank = Math.max(1, t.shape().rank());
        out.int32(rank);
        for (int axis = rank - 1; axis >= 0; axis--) {
            out.int64(t.shape().rank() == 0 ? 1 : t.shape().dim(axis));
        }
        out.int32(type.type);
        out.int64(offset);
    }

    private static int padding(long position) {
        return (int) ((ALIGNMENT - position % ALIGNMENT) % ALIGNMENT);
    }

    /** Little-endian numbers and texts with their length before them. */
    private static final class Out extends ByteArrayOutputStream {
        void int32(int v) {
            writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(v).array());
        }

        void int64(long v) {
            writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(v).array());
        }

        void text(String s) {
            byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
            int64(bytes.length);
            writeBytes(bytes);
        }
    }
}
