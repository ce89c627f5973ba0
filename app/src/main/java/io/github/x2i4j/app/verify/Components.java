package io.github.x2i4j.app.verify;

import io.github.x2i4j.app.verify.components.AlignNetComponent;
import io.github.x2i4j.app.verify.components.AudioPreprocessComponent;
import io.github.x2i4j.app.verify.components.ChatTemplateComponent;
import io.github.x2i4j.app.verify.components.ClipTextComponent;
import io.github.x2i4j.app.verify.components.FluxPipelineComponent;
import io.github.x2i4j.app.verify.components.FluxSchedulerComponent;
import io.github.x2i4j.app.verify.components.FluxTransformerComponent;
import io.github.x2i4j.app.verify.components.ImagePreprocessComponent;
import io.github.x2i4j.app.verify.components.InternVl25Component;
import io.github.x2i4j.app.verify.components.MiniCpmO26Component;
import io.github.x2i4j.app.verify.components.MllmInputsComponent;
import io.github.x2i4j.app.verify.components.NoiseComponent;
import io.github.x2i4j.app.verify.components.PilResizeComponent;
import io.github.x2i4j.app.verify.components.Qwen25VlComponent;
import io.github.x2i4j.app.verify.components.T5EncoderComponent;
import io.github.x2i4j.app.verify.components.TokenizerComponent;
import io.github.x2i4j.app.verify.components.VaeDecodeComponent;
import io.github.x2i4j.app.verify.components.VaeEncodeComponent;
import io.github.x2i4j.app.verify.components.VideoFramesComponent;
import io.github.x2i4j.app.verify.components.VideoPreprocessComponent;
import io.github.x2i4j.app.verify.components.X2iPipelineComponent;
import java.util.List;

/** The components that golden cases can be run against. */
public final class Components {
    private static final Component[] ALL = {
        new AlignNetComponent(),
        new AudioPreprocessComponent(),
        new ChatTemplateComponent(),
        new ClipTextComponent(),
        new FluxPipelineComponent(),
        new FluxSchedulerComponent(),
        new FluxTransformerComponent(),
        new ImagePreprocessComponent(),
        new InternVl25Component(),
        new MiniCpmO26Component(),
        new MllmInputsComponent(),
        new NoiseComponent(),
        new PilResizeComponent(),
        new Qwen25VlComponent(),
        new T5EncoderComponent(),
        new TokenizerComponent(),
        new VaeDecodeComponent(),
        new VaeEncodeComponent(),
        new VideoFramesComponent(),
        new VideoPreprocessComponent(),
        new X2iPipelineComponent(),
    };

    private Components() {
    }

    public static List<Component> all() {
        return List.of(ALL);
    }
}
