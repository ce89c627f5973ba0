package io.github.x2i4j.app;

import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The option that asks for stack traces, for every command. */
public final class DebugFlag {
    private static final String NAME = "--debug";

    @Option(names = NAME, description = "Show stack traces of errors.")
    private boolean debug;

    /** Whether a command line asks for stack traces, before or after the name of the command. */
    public static boolean isIn(ParseResult parsed) {
        return parsed.hasMatchedOption(NAME) || parsed.hasSubcommand() && isIn(parsed.subcommand());
    }
}
