package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.loader.weights.Checkpoint;
import io.github.x2i4j.loader.weights.Checkpoints;
import io.github.x2i4j.tools.compare.ContentHash;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "hash", mixinStandardHelpOptions = true,
        description = {"Prints a hash of the tensors that a checkpoint holds: the same for a file, its shards and its copies in other formats, "
                + "as long as names, types, shapes and data are the same.", ""},
        footer = {"", "The SHA-256 of one line a tensor, sorted by name: name, dtype, shape and the SHA-256 of its data, with tabs between.",
            "", "Examples:", "  x2i hash FLUX.1-schnell/transformer", "  x2i hash --tensors model.safetensors"})
final class HashCommand implements Runnable {
    @Parameters(paramLabel = "FILE|DIR", description = "A weight file or a folder of them.")
    private Path path;

    @Option(names = "--tensors", description = "Print the hash of each tensor too.")
    private boolean tensors;

    @Mixin
    private ToolFlags tool;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        ContentHash hash = tool.run(spec.commandLine().getErr(), progress -> {
            try (Checkpoint c = Checkpoints.open(path)) {
                return ContentHash.of(c, progress);
            }
        });
        PrintWriter out = spec.commandLine().getOut();
        if (tensors) {
            hash.tensors().forEach((name, digits) -> out.println(digits + "  " + ToolFlags.shown(name)));
        }
        out.println(hash.whole() + "  " + path);
        out.flush();
    }
}
