package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = CompletionCommand.NAME, mixinStandardHelpOptions = true,
        description = {"Prints a script that completes commands and options in bash and zsh.", ""},
        footer = {"", "Example, for the shell at hand:", "  source <(x2i completion)"})
final class CompletionCommand implements Runnable {
    static final String NAME = "completion";

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        CommandLine program = spec.root().commandLine();
        spec.commandLine().getOut().println(AutoComplete.bash(program.getCommandName(), program));
        spec.commandLine().getOut().flush();
    }
}
