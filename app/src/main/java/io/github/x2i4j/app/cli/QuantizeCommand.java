package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.tools.convert.TypeRules;
import io.github.x2i4j.tools.encode.FloatEncoder;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "quantize", mixinStandardHelpOptions = true,
        description = {"Writes weights with fewer bits a value, as GGUF or safetensors. Large matrices become TYPE; vectors become F32; embeddings, "
                + "convolutions, first and last layers keep their type.", ""},
        footer = {"", "Bits a value: Q8_0 8.5, Q6_K 6.6, Q5_K 5.5, Q4_K 4.5, Q5_1 6, Q5_0 5.5, Q4_1 5, Q4_0 4.5.",
            "In safetensors the blocks stand as U8, and the metadata entry x2i4j.blocks.NAME says their type.",
            "", "Examples:", "  x2i quantize FLUX.1-schnell/transformer Q4_K -o flux-q4_k.gguf --report",
            "  x2i quantize Qwen2.5-VL-7B-Instruct Q8_0 -o qwen-q8 --keep 'visual.*' --keep '*down_proj*=BF16'"})
final class QuantizeCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "FILE|DIR", description = "A weight file, or a folder of them.")
    private Path source;

    @Parameters(index = "1", paramLabel = "TYPE", description = "Q8_0, Q6_K, Q5_K, Q4_K, Q5_1, Q5_0, Q4_1 or Q4_0.")
    private String type;

    @Mixin
    private ConvertFlags convert;

    @Mixin
    private ToolFlags tool;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        convert.run(source, ToolFlags.dtype("TYPE", type, FloatEncoder.WRITTEN.stream().filter(TypeRules::isQuantised).toList()), tool,
                spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
