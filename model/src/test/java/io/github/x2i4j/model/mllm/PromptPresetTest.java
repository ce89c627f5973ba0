package io.github.x2i4j.model.mllm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.llm.RopeFrequencies;
import io.github.x2i4j.model.mllm.PromptOptions.ImageSize;
import io.github.x2i4j.model.mllm.PromptOptions.Padding;
import io.github.x2i4j.model.mllm.PromptOptions.Pictures;
import io.github.x2i4j.model.mllm.PromptOptions.SpecialTokens;
import io.github.x2i4j.model.mllm.PromptOptions.Template;
import io.github.x2i4j.model.mllm.PromptOptions.VideoRate;
import io.github.x2i4j.model.pipeline.MllmFamilies;
import io.github.x2i4j.model.prompt.PromptStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptPresetTest {
    private static PromptOptions of(String family, PromptPreset preset) {
        MllmFamily f = MllmFamilies.of(family);
        return f.prompt(f.scriptPrompt(), preset);
    }

    @ParameterizedTest
    @CsvSource({"qwen2_5_vl,512,RIGHT,128", "internvl2_5,512,RIGHT,128", "minicpm_o_2_6,32768,NONE,0"})
    void scriptIsTheFamilysScript(String family, int length, Padding padding, int squash) {
        assertThat(of(family, PromptPreset.SCRIPT)).isEqualTo(new PromptOptions(length, padding, SpecialTokens.NEUTRALISE, null, Template.CHAT,
                new Pictures(squash == 0 ? null : new ImageSize(squash, squash), 0, 1), VideoRate.REFERENCE, RopeFrequencies.FLOAT32));
    }

    @ParameterizedTest
    @CsvSource({"qwen2_5_vl", "internvl2_5", "minicpm_o_2_6"})
    void comfyIsTheSameForAll(String family) {
        assertThat(of(family, PromptPreset.COMFY)).isEqualTo(new PromptOptions(512, Padding.COMFY, SpecialTokens.NEUTRALISE, PromptStyle.DICT3,
                Template.CHAT, new Pictures(null, 50_176, 1), VideoRate.REFERENCE, RopeFrequencies.BFLOAT16));
    }

    @ParameterizedTest
    @CsvSource({"qwen2_5_vl,LEFT,CHAT", "internvl2_5,RIGHT,BARE", "minicpm_o_2_6,RIGHT,CHAT"})
    void trainingIsAsEachAlignNetWasTrained(String family, Padding padding, Template template) {
        PromptOptions o = of(family, PromptPreset.TRAINING);
        assertThat(o.maxLength()).isEqualTo(512);
        assertThat(o.padding()).isEqualTo(padding);
        assertThat(o.template()).isEqualTo(template);
        assertThat(o.style()).isEqualTo(PromptStyle.DICT3_TRAINING);
        assertThat(o.rope()).isEqualTo(RopeFrequencies.BFLOAT16);
        assertThat(o.pictures()).isEqualTo(of(family, PromptPreset.SCRIPT).pictures());
    }

    @Test
    void aSystemsOwnLengthStaysWhereItPads() {
        PromptOptions small = PromptOptions.SCRIPT.withMaxLength(64);
        assertThat(MllmFamilies.of("qwen2_5_vl").prompt(small, PromptPreset.COMFY).maxLength()).isEqualTo(64);
        assertThat(small.withPadding(Padding.NONE).padded(Padding.LEFT).maxLength()).isEqualTo(512);
    }

    @Test
    void whatComfyDoesNotCutIsNotCutWithoutPadsEither() {
        assertThat(of("qwen2_5_vl", PromptPreset.COMFY).unpadded().maxLength()).isZero();
        assertThat(of("qwen2_5_vl", PromptPreset.SCRIPT).unpadded()).isEqualTo(PromptOptions.SCRIPT.withPadding(Padding.NONE));
    }

    @Test
    void optionsThatMeanNothingAreRefused() {
        assertThatThrownBy(() -> PromptOptions.SCRIPT.withMaxSlices(0)).isInstanceOf(InvalidInputException.class).hasMessageContaining("slices");
        assertThatThrownBy(() -> PromptOptions.SCRIPT.withMaxPixels(-1)).isInstanceOf(InvalidInputException.class).hasMessageContaining("pixels");
        assertThatThrownBy(() -> PromptOptions.SCRIPT.withMaxLength(0)).isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("maximum prompt length");
    }
}
