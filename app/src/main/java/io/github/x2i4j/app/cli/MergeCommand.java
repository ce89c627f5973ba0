package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.tools.convert.Shards;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "merge", mixinStandardHelpOptions = true,
        description = {"Puts the weights of several files, such as the shards of a folder, into one safetensors file. Names, types and data stay.",
            ""},
        footer = {"", "Examples:", "  x2i merge FLUX.1-schnell/transformer -o flux.safetensors", "  x2i merge a.safetensors b.safetensors -o ab.safetensors"})
final class MergeCommand implements Runnable {
    @Parameters(arity = "1..*", paramLabel = "FILE|DIR", description = "Weight files, and folders of them.")
    private List<Path> sources;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The file to write.")
    private Path output;

    @Option(names = "--force", description = "Replace the file if it exists.")
    private boolean force;

    @Mixin
    private ToolFlags tool;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        long bytes = tool.run(spec.commandLine().getErr(), progress -> Shards.merge(sources, output, force, progress));
        spec.commandLine().getOut().println("wrote " + output + ": " + ByteSizes.shown(bytes));
        spec.commandLine().getOut().flush();
    }
}
