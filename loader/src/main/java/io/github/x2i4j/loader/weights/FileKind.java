package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import io.github.x2i4j.loader.gguf.GgufHeader;
import io.github.x2i4j.loader.torch.TorchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Formats of weight files, told from their first bytes. */
enum FileKind {
    SAFETENSORS,
    TORCH_ZIP,
    TORCH_LEGACY,
    GGUF;

    private static final int START_BYTES = 512;
    private static final int TAR_MAGIC_AT = 257;

    /**
     * The format of a file. What is none of the others is taken for safetensors, whose reader says what is wrong with it.
     *
     * @throws io.github.x2i4j.engine.InvalidInputException if it cannot be read or is a known kind of wrong file
     * @throws UnsupportedFeatureException if it is a kind of weight file that this version does not read
     */
    static FileKind of(Path file) {
        InputFiles.requireFile(file);
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(START_BYTES);
        } catch (IOException e) {
            throw InputFiles.unreadable(file, e);
        }
        if (GgufHeader.isGguf(start)) {
            return GGUF;
        }
        if (start.length > 8 && start[8] == '{') {
            return SAFETENSORS;
        }
        if (TorchFile.isZip(start)) {
            return TORCH_ZIP;
        }
        if (TorchFile.isLegacy(start)) {
            return TORCH_LEGACY;
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("ustar", TAR_MAGIC_AT)) {
            throw new UnsupportedFeatureException(file + ": this is a tar file, as the first versions of PyTorch wrote them; load it with a newer"
                    + " PyTorch and save it again");
        }
        if (text.startsWith("version https://git-lfs")) {
            throw InputFiles.wrong(file, "this is a Git LFS pointer and not the weights themselves; fetch them with git lfs pull");
        }
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".bin") || name.endsWith(".pt") || name.endsWith(".pth") || name.endsWith(".ckpt")) {
            throw InputFiles.wrong(file, "has " + (start.length == 0 ? "no content" : "not the first bytes of a file written by torch.save")
                    + "; it is damaged or something else");
        }
        if (name.endsWith(".gguf")) {
            throw InputFiles.wrong(file, start.length == 0 ? "has no content; fetch it again"
                    : "does not begin with \"GGUF\" (byte 0); it is damaged or something else");
        }
        return SAFETENSORS;
    }
}
