package io.github.x2i4j.tools.write;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.x2i4j.loader.weights.StoredType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes safetensors files as a stream: the header first, since all sizes are known, then one tensor after the other. In a file the
 * tensors of the widest types come first, by name among themselves, as the format's own library lays them out; data begins at a
 * multiple of 64 bytes. Block-quantised tensors are stored as {@link BlockTypes} says.
 */
public final class SafetensorsWriter {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int ALIGNMENT = 64;

    private SafetensorsWriter() {
    }

    /** Bytes that {@link #write} will have written for these tensors. */
    public static long size(List<OutputTensor> tensors, SortedMap<String, String> metadata) {
        return header(ordered(tensors), BlockTypes.metadata(tensors, metadata)).length + tensors.stream().mapToLong(OutputTensor::bytes).sum();
    }

    /**
     * Writes one file.
     *
     * @param name file in the folder that {@code place} is; without meaning where it is a file
     */
    public static void write(OutputPlace place, String name, List<OutputTensor> tensors, SortedMap<String, String> metadata,
            WriteProgress progress) {
        List<OutputTensor> order = ordered(tensors);
        try (FileChannel channel = place.open(name)) {
            put(channel, ByteBuffer.wrap(header(order, BlockTypes.metadata(tensors, metadata))));
            for (OutputTensor t : order) {
                put(channel, t, progress);
            }
            channel.force(true);
        } catch (IOException e) {
            throw place.failed(e);
        }
    }

    /**
     * Writes a folder's weights: one file {@code stem.safetensors}, or where they are more than {@code shardBytes} several and
     * {@code stem.safetensors.index.json}.
     *
     * @param stem such as {@code model} or {@code transformer/diffusion_pytorch_model}
     */
    public static void writeShards(OutputPlace place, String stem, List<OutputTensor> tensors, SortedMap<String, String> metadata,
            long shardBytes, WriteProgress progress) {
        List<List<OutputTensor>> shards = shards(tensors, shardBytes);
        if (shards.size() == 1) {
            write(place, stem + ".safetensors", tensors, metadata, progress);
            return;
        }
        Map<String, String> weightMap = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String file = String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", stem, i + 1, shards.size());
            String name = file.substring(file.lastIndexOf('/') + 1);
            shards.get(i).forEach(t -> weightMap.put(t.name(), name));
            write(place, file, shards.get(i), metadata, progress);
        }
        place.text(stem + ".safetensors.index.json", index(weightMap, tensors.stream().mapToLong(OutputTensor::bytes).sum()));
    }

    /** Number of files that {@link #writeShards} makes. */
    public static int shardCount(List<OutputTensor> tensors, long shardBytes) {
        return shards(tensors, shardBytes).size();
    }

    /** Tensors in the order given, cut so that no shard is larger than {@code shardBytes} unless a single tensor is. */
    static List<List<OutputTensor>> shards(List<OutputTensor> tensors, long shardBytes) {
        List<List<OutputTensor>> shards = new ArrayList<>();
        shards.add(new ArrayList<>());
        long size = 0;
        for (OutputTensor t : tensors) {
            if (!shards.getLast().isEmpty() && size + t.bytes() > shardBytes) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.getLast().add(t);
            size += t.bytes();
        }
        return shards;
    }

    private static List<OutputTensor> ordered(List<OutputTensor> tensors) {
        return tensors.stream().map(BlockTypes::stored).sorted(Comparator.comparingLong((OutputTensor t) -> -StoredType.byName(t.dtype()).bytes(8))
                .thenComparing(OutputTensor::name)).toList();
    }

    private static byte[] header(List<OutputTensor> tensors, SortedMap<String, String> metadata) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[8]);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart("__metadata__");
                for (Map.Entry<String, String> e : metadata.entrySet()) {
                    json.writeStringField(e.getKey(), e.getValue());
                }
                json.writeEndObject();
            }
            long at = 0;
            for (OutputTensor t : tensors) {
                json.writeObjectFieldStart(t.name());
                json.writeStringField("dtype", t.dtype());
                json.writeFieldName("shape");
                json.writeArray(t.shape().toArray(), 0, t.shape().rank());
                json.writeFieldName("data_offsets");
                json.writeArray(new long[] {at, at + t.bytes()}, 0, 2);
                json.writeEndObject();
                at += t.bytes();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        while (out.size() % ALIGNMENT != 0) {
            out.write(' ');
        }
        byte[] bytes = out.toByteArray();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, bytes.length - 8);
        return bytes;
    }

    private static String index(Map<String, String> weightMap, long totalSize) {
        java.io.StringWriter out = new java.io.StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeObjectFieldStart("metadata");
            json.writeNumberField("total_size", totalSize);
            json.writeEndObject();
            json.writeObjectFieldStart("weight_map");
            for (Map.Entry<String, String> e : new LinkedHashMap<>(weightMap).entrySet()) {
                json.writeStringField(e.getKey(), e.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    /** Writes the data of a tensor. */
    static void put(FileChannel channel, OutputTensor t, WriteProgress progress) throws IOException {
        long before = channel.position();
        t.content().writeTo(piece -> {
            long bytes = piece.remaining();
            put(channel, piece);
            progress.advance(bytes);
        });
        long written = channel.position() - before;
        if (written != t.bytes()) {
            throw new IllegalStateException("tensor " + t.name() + " gave " + written + " bytes instead of " + t.bytes());
        }
    }

    static void put(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
