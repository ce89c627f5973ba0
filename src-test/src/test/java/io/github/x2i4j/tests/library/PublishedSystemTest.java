package io.github.x2i4j.tests.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.demo.DemoBundle;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.pipeline.Bundle;
import io.github.x2i4j.model.pipeline.PublishedSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo system's parts under the names of a published system. */
class PublishedSystemTest {
    private static final String ALIGNNET = "diffusion_pytorch_model.bin";

    private final PublishedSystem system = PublishedSystem.of("x2i-qwen2.5-vl-7b");
    private Bundle demo;

    @TempDir
    Path models;

    @BeforeEach
    void open() {
        demo = Bundle.open(DemoBundle.unpack());
    }

    private void link(String name, Path part) throws IOException {
        Files.createDirectories(models.resolve(name).getParent());
        Files.createSymbolicLink(models.resolve(name), part);
    }

    private void copyAlignNet(String name) throws IOException {
        Files.createDirectories(models.resolve(name).getParent());
        Files.copy(demo.alignnet(), models.resolve(name));
    }

    @Test
    void partsAreFoundUnderTheirNamesWithAndWithoutOwner() throws IOException {
        link("Qwen/Qwen2.5-VL-7B-Instruct", demo.mllm());
        link("shuttle-3-diffusion", demo.flux());
        copyAlignNet("OPPOer/X2I/QwenVL2.5-7B/" + ALIGNNET);
        copyAlignNet("OPPOer/X2I/QwenVL2.5-3B/" + ALIGNNET);

        Bundle b = system.find(models, null, null);

        assertThat(b.mllm()).isEqualTo(models.resolve("Qwen/Qwen2.5-VL-7B-Instruct"));
        assertThat(b.flux()).isEqualTo(models.resolve("shuttle-3-diffusion"));
        assertThat(b.alignnet()).isEqualTo(models.resolve("OPPOer/X2I/QwenVL2.5-7B/" + ALIGNNET));
        assertThat(b.prompt().maxLength()).isEqualTo(512);
        assertThat(b.defaults()).isEqualTo(Bundle.Defaults.SCRIPT);
        assertThat(b.alignnetSettings().inChannels()).isEqualTo(29);
    }

    @Test
    void whatIsMissingIsNamedWithThePlaceWhereItIsPublished() throws IOException {
        assertThatThrownBy(() -> system.find(models, null, null)).isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll("https://huggingface.co/Qwen/Qwen2.5-VL-7B-Instruct", "https://huggingface.co/OPPOer/X2I",
                        "https://huggingface.co/shuttleai/shuttle-3-diffusion");
        link("Qwen2.5-VL-7B-Instruct", demo.mllm());
        copyAlignNet("X2I/qwen3b/" + ALIGNNET);
        assertThatThrownBy(() -> system.find(models, null, demo.flux())).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("AlignNet").hasMessageContaining("qwen and 7b").hasMessageNotContaining("shuttle");
    }

    @Test
    void partsElsewhereMayBeNamedAndFluxDevWantsMoreSteps() throws IOException {
        link("Qwen2.5-VL-7B-Instruct", demo.mllm());
        link("FLUX.1-dev", demo.flux());
        Bundle b = system.find(models, demo.alignnet(), null);
        assertThat(b.alignnet()).isEqualTo(demo.alignnet());
        assertThat(b.defaults().steps()).isEqualTo(28);
    }

    @Test
    void twoThatMayBeAlignNetAreNotGuessedBetween() throws IOException {
        link("Qwen2.5-VL-7B-Instruct", demo.mllm());
        copyAlignNet("X2I/qwen7b/" + ALIGNNET);
        copyAlignNet("X2I/qwen7b-old/" + ALIGNNET);
        assertThatThrownBy(() -> system.find(models, null, demo.flux())).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("several files").hasMessageContaining("qwen7b-old");
    }

    @Test
    void aModelOfAnotherFamilyIsRefused() throws IOException {
        link("InternVL2_5-4B", demo.mllm());
        assertThatThrownBy(() -> PublishedSystem.X2I_INTERNVL2_5_4B.find(models, demo.alignnet(), demo.flux()))
                .isInstanceOf(InvalidInputException.class).hasMessageContaining("qwen2_5_vl").hasMessageContaining("InternVL2_5-4B");
    }
}
