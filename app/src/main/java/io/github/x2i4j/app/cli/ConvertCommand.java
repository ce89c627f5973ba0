package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.engine.DType;
import io.github.x2i4j.tools.encode.FloatEncoder;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "convert", mixinStandardHelpOptions = true,
        description = {"Writes weights of any format that can be read as safetensors or GGUF, in other types and under other names.", ""},
        footer = {"", "Examples:", "  x2i convert FLUX.1-schnell/transformer -o flux.gguf --dtype F16",
            "  x2i convert flux1-dev-fp8.safetensors -o transformer --names diffusers --dtype BF16",
            "  x2i convert diffusion_pytorch_model.bin -o alignnet.safetensors"})
final class ConvertCommand implements Runnable {
    @Parameters(paramLabel = "FILE|DIR", description = "A weight file, or a folder of them.")
    private Path source;

    @Option(names = "--dtype", paramLabel = "TYPE",
            description = "F32, BF16, F16, or a block-quantised type (see quantize). Default: each tensor keeps its own.")
    private String dtype;

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
        DType type = dtype == null ? null : ToolFlags.dtype("--dtype", dtype, FloatEncoder.WRITTEN);
        convert.run(source, type, tool, spec.commandLine().getOut(), spec.commandLine().getErr());
    }
}
