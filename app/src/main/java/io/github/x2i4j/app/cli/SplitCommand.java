package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.tools.convert.Shards;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "split", mixinStandardHelpOptions = true,
        description = {"Cuts weights into safetensors files of a size, with an index, in a new folder. Configuration and tokenizer of a folder come "
                + "along.", ""},
        footer = {"", "Example:", "  x2i split flux.safetensors --size 5G -o flux"})
final class SplitCommand implements Runnable {
    @Parameters(paramLabel = "FILE|DIR", description = "A weight file, or a folder of them.")
    private Path source;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "The folder to make; it does not exist or is empty.")
    private Path output;

    @Option(names = "--size", paramLabel = "SIZE", defaultValue = "5G", description = "Most bytes of a file. Default: ${DEFAULT-VALUE}.")
    private String size;

    @Mixin
    private ToolFlags tool;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        long bytes = ByteSizes.parse("--size", size);
        int files = tool.run(spec.commandLine().getErr(), progress -> Shards.split(source, output, bytes, progress));
        spec.commandLine().getOut().println("wrote " + output + ": " + files + (files == 1 ? " weight file" : " weight files"));
        spec.commandLine().getOut().flush();
    }
}
