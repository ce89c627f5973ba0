package io.github.x2i4j.loader.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IdentityTest {
    @TempDir
    Path temp;

    private Path json(String file, String text) throws IOException {
        Path path = temp.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text.replace('\'', '"'));
        return path.getParent();
    }

    static Stream<Arguments> configurations() {
        return Stream.of(
                arguments("x2i.json", "{}", ModelKind.BUNDLE, "an X2I bundle"),
                arguments("model_index.json", "{'_class_name': 'FluxPipeline'}", ModelKind.FLUX_PIPELINE, "a FLUX pipeline folder"),
                arguments("model_index.json", "{'_class_name': 'StableDiffusionPipeline'}", ModelKind.OTHER, "a pipeline folder of the class StableDiffusionPipeline"),
                arguments("config.json", "{'_class_name': 'FluxTransformer2DModel'}", ModelKind.FLUX_TRANSFORMER, "a FLUX transformer in the diffusers layout"),
                arguments("config.json", "{'_class_name': 'AutoencoderKL'}", ModelKind.VAE, "a VAE (AutoencoderKL)"),
                arguments("config.json", "{'_class_name': 'AutoencoderTiny'}", ModelKind.TINY_VAE, "a small VAE (AutoencoderTiny)"),
                arguments("config.json", "{'_class_name': 'UNet2DConditionModel'}", ModelKind.OTHER, "a model of the class UNet2DConditionModel"),
                arguments("config.json", "{'model_type': 'qwen2_5_vl', 'architectures': ['A']}", ModelKind.QWEN2_5_VL, "a Qwen2.5-VL model"),
                arguments("config.json", "{'model_type': 'internvl_chat'}", ModelKind.INTERNVL, "an InternVL model"),
                arguments("config.json", "{'model_type': 'minicpmo'}", ModelKind.MINICPM_O, "a MiniCPM-o model"),
                arguments("config.json", "{'model_type': 't5'}", ModelKind.T5, "a T5 text encoder"),
                arguments("config.json", "{'model_type': 'clip_text_model'}", ModelKind.CLIP, "a CLIP text encoder"),
                arguments("config.json", "{'model_type': 'llama', 'architectures': ['LlamaForCausalLM']}", ModelKind.OTHER, "a model of the architecture LlamaForCausalLM"),
                arguments("config.json", "{'model_type': 'llama'}", ModelKind.OTHER, "a model of the type llama"),
                arguments("config.json", "{}", ModelKind.OTHER, "a folder whose config.json names no model"),
                arguments("scheduler_config.json", "{}", ModelKind.SCHEDULER, "a scheduler folder"),
                arguments("tokenizer.json", "{}", ModelKind.TOKENIZER, "a tokenizer"),
                arguments("vocab.json", "{}", ModelKind.TOKENIZER, "a tokenizer"),
                arguments("preprocessor_config.json", "{}", ModelKind.PREPROCESSOR, "a preprocessor folder"),
                arguments("readme.txt", "", ModelKind.OTHER, "a folder without configuration or weights (it holds readme.txt)"),
                arguments("flux.gguf", "", ModelKind.OTHER, "a folder of weight files without configuration (name one of them: flux.gguf)"));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void aFolderIsToldFromItsConfiguration(String file, String text, ModelKind kind, String description) throws IOException {
        Identity identity = Identity.of(json("m/" + file, text));
        assertThat(identity.kind()).isEqualTo(kind);
        assertThat(identity.description()).isEqualTo(description);
        assertThat(identity.isWeightFile()).isFalse();
    }

    static Stream<Arguments> tensorNames() {
        return Stream.of(
                arguments(ModelKind.ALIGNNET, new String[] {"mlp.projector.0.weight", "mlp.layernorm.weight"}),
                arguments(ModelKind.ALIGNNET, new String[] {"module.mlp.projector.0.weight", "module.mlp.layernorm.weight"}),
                arguments(ModelKind.LORA, new String[] {"transformer.transformer_blocks.0.attn.to_q.lora_A.weight"}),
                arguments(ModelKind.LORA, new String[] {"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight"}),
                arguments(ModelKind.LIGHTCONTROL, new String[] {"0.down_res.0.conv1.weight"}),
                arguments(ModelKind.FLUX_SINGLE_FILE, new String[] {"model.diffusion_model.double_blocks.0.img_attn.qkv.weight", "vae.decoder.mid.x"}),
                arguments(ModelKind.FLUX_TRANSFORMER, new String[] {"transformer_blocks.0.attn.to_q.weight", "single_transformer_blocks.0.norm.linear.weight"}),
                arguments(ModelKind.QWEN2_5_VL, new String[] {"model.visual.patch_embed.proj.weight"}),
                arguments(ModelKind.VAE, new String[] {"decoder.mid_block.resnets.0.conv1.weight"}),
                arguments(ModelKind.VAE_SINGLE_FILE, new String[] {"decoder.mid.attn_1.q.weight"}),
                arguments(ModelKind.T5, new String[] {"encoder.block.0.layer.0.SelfAttention.q.weight"}),
                arguments(ModelKind.CLIP, new String[] {"text_model.encoder.layers.0.self_attn.q_proj.weight", "text_model.embeddings.token_embedding.weight"}),
                arguments(ModelKind.OTHER, new String[] {"weight"}));
    }

    @ParameterizedTest
    @MethodSource("tensorNames")
    void weightsAreToldFromTheNamesOfTheirTensors(ModelKind kind, String[] names) throws IOException {
        SafetensorsWriter w = new SafetensorsWriter();
        for (String name : names) {
            w.floats(name, new long[] {1}, 0);
        }
        Path file = w.write(temp.resolve("model.safetensors"));
        assertThat(Identity.of(file).isWeightFile()).isTrue();
        assertThat(ModelKind.detect(file)).isEqualTo(kind);
        assertThat(ModelKind.detect(temp)).isEqualTo(kind);
    }

    @Test
    void theWrongKindIsNamedWithWhatWasExpectedAndWhereThatLies() throws IOException {
        Path pipeline = json("flux/model_index.json", "{'_class_name': 'FluxPipeline'}");
        Path transformer = json("flux/transformer/config.json", "{'_class_name': 'FluxTransformer2DModel'}");
        assertThat(ModelKind.require(pipeline, ModelKind.FLUX_PIPELINE)).isEqualTo(ModelKind.FLUX_PIPELINE);
        assertThatThrownBy(() -> ModelKind.require(pipeline, ModelKind.QWEN2_5_VL, ModelKind.INTERNVL)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessage(pipeline + ": this is a FLUX pipeline folder, expected a Qwen2.5-VL model or an InternVL model");
        assertThatThrownBy(() -> ModelKind.require(pipeline, ModelKind.FLUX_TRANSFORMER)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith("expected a FLUX transformer in the diffusers layout; did you mean " + transformer + "?");
        assertThatThrownBy(() -> ModelKind.require(transformer, ModelKind.FLUX_PIPELINE)).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith("expected a FLUX pipeline folder; did you mean " + pipeline + "?");
    }

    @Test
    void nothingAndDamagedThingsAreErrors() throws IOException {
        assertThatThrownBy(() -> ModelKind.detect(temp.resolve("none"))).isExactlyInstanceOf(InvalidInputException.class)
                .hasMessage(temp.resolve("none") + ": there is no such file or folder");
        assertThat(Identity.of(Files.createDirectory(temp.resolve("empty"))).description()).isEqualTo("an empty folder");
        Path broken = json("m/config.json", "{'model_type': 3}");
        assertThatThrownBy(() -> ModelKind.detect(broken)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("field model_type is 3");
        Path gguf = Files.writeString(temp.resolve("w.gguf"), "GGUF....");
        assertThatThrownBy(() -> ModelKind.detect(gguf)).isExactlyInstanceOf(InvalidInputException.class).hasMessageContaining("GGUF version");
    }
}
