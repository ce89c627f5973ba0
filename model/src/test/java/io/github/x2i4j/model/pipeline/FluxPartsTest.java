package io.github.x2i4j.model.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FluxPartsTest {
    @TempDir
    private Path folder;

    @Test
    void aPipelineFolderHasItsParts() throws IOException {
        Files.writeString(folder.resolve("model_index.json"), "{\"_class_name\": \"FluxPipeline\"}");
        Files.createDirectory(folder.resolve("vae"));
        FluxParts flux = FluxParts.open(folder);
        assertThat(flux.part(FluxParts.Part.VAE)).isEqualTo(folder.resolve("vae"));
        assertThatThrownBy(() -> flux.part(FluxParts.Part.TRANSFORMER)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.toString()).hasMessageContaining("transformer");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "model_index.json; {\"_class_name\": \"StableDiffusion3Pipeline\"}; StableDiffusion3Pipeline",
        "x2i.json; {}; X2I bundle",
        "config.json; {\"_class_name\": \"AutoencoderKL\"}; VAE"})
    void anotherFolderIsToldWhatItIs(String file, String content, String what) throws IOException {
        Files.writeString(folder.resolve(file), content);
        assertThatThrownBy(() -> FluxParts.open(folder)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.toString()).hasMessageContaining(what).hasMessageContaining("expected a FLUX pipeline folder");
    }
}
