package io.github.x2i4j.tools.convert;

import io.github.x2i4j.model.pipeline.Progress;
import io.github.x2i4j.tools.write.OutputPlace;
import io.github.x2i4j.tools.write.OutputTensor;
import io.github.x2i4j.tools.write.SafetensorsWriter;
import io.github.x2i4j.tools.write.WriteProgress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts the weights of several files into one, and those of one into several; nothing else changes. */
public final class Shards {
    private Shards() {
    }

    /**
     * Writes all tensors into one safetensors file.
     *
     * @param sources weight files and folders; a folder with an index stands for all its files
     * @param replace whether a file that is there may be replaced
     * @return size of the tensors
     * @throws io.github.x2i4j.engine.InvalidInputException if a source cannot be read, a tensor is in two of them, or {@code file}
     *     cannot be written
     */
    public static long merge(List<Path> sources, Path file, boolean replace, Progress progress) {
        try (Source source = Source.open(sources)) {
            List<OutputTensor> tensors = source.copies();
            long bytes = tensors.stream().mapToLong(OutputTensor::bytes).sum();
            try (OutputPlace place = OutputPlace.file(file, replace, source.files(), bytes)) {
                WriteProgress written = new WriteProgress(progress, "merge", bytes);
                SafetensorsWriter.write(place, null, tensors, source.metadata(), written);
                place.commit();
                written.finish();
            }
            return bytes;
        }
    }

    /**
     * Writes a folder of safetensors files with an index. Small files beside the weights of a folder, such as config.json, come along.
     *
     * @param source weight file or folder
     * @param folder does not exist, or is empty
     * @param shardBytes most bytes of a file, unless a single tensor has more
     * @return number of weight files
     */
    public static int split(Path source, Path folder, long shardBytes, Progress progress) {
        try (Source opened = Source.open(List.of(source))) {
            List<OutputTensor> tensors = opened.copies();
            long bytes = tensors.stream().mapToLong(OutputTensor::bytes).sum();
            try (OutputPlace place = OutputPlace.folder(folder, opened.files(), bytes)) {
                WriteProgress written = new WriteProgress(progress, "split", bytes);
                SafetensorsWriter.writeShards(place, stem(opened.files()), tensors, opened.metadata(), shardBytes, written);
                if (Files.isDirectory(source)) {
                    SmallFiles.copy(source, place);
                }
                place.commit();
                written.finish();
            }
            return SafetensorsWriter.shardCount(tensors, shardBytes);
        }
    }

    /** The name that libraries look for: diffusers' where it was that, else transformers'. */
    private static String stem(List<Path> files) {
        return files.stream().anyMatch(f -> f.getFileName().toString().startsWith("diffusion_pytorch_model")) ? "diffusion_pytorch_model" : "model";
    }
}
