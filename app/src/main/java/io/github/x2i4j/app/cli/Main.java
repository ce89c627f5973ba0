package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.app.verify.VerifyCommand;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.model.pipeline.CancelledException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** The program {@code x2i}. */
@Command(name = "x2i", mixinStandardHelpOptions = true, versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND",
        description = {"Makes pictures from text and pictures with X2I (a multimodal language model, AlignNet and FLUX.1), in Java "
                + "alone.", ""},
        footer = {"", "Examples:",
            "  x2i generate \"red apple on a blue background\" -o apple.png",
            "  x2i generate \"a fox in the snow\" --mllm Qwen2.5-VL-7B-Instruct --alignnet diffusion_pytorch_model.bin --flux FLUX.1-schnell",
            "  x2i chat",
            "  x2i inspect apple.png",
            "",
            "x2i COMMAND --help says more. Exit codes: 0 done, 1 failed while running, 2 wrong usage or input."})
public final class Main implements Runnable {
    /** Exit code of what was stopped on request. */
    static final int CANCELLED = 130;

    private static final List<Class<?>> COMMANDS = List.of(GenerateCommand.class, ChatCommand.class, PlanCommand.class, VerifyCommand.class,
            InspectCommand.class, ConvertCommand.class, QuantizeCommand.class, MakeCommand.class, MergeCommand.class, SplitCommand.class,
            DiffCommand.class, HashCommand.class, InfoCommand.class, BenchCommand.class, CompletionCommand.class);
    /** Commands that surely need an engine, while it takes a while until they have read what they are asked for. */
    private static final Set<String> DRAWING = Set.of("generate", "chat");

    @Mixin
    private DebugFlag debug;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] args) {
        if (args.length > 0 && DRAWING.contains(args[0])) {
            Engine.prepare();
        }
        System.exit(run(args, new PrintWriter(System.out, true, System.out.charset()),
                new PrintWriter(System.err, true, System.err.charset())));
    }

    /** Runs one command line and returns the exit code. Nothing is printed elsewhere. */
    static int run(String[] args, PrintWriter out, PrintWriter err) {
        CommandLine program = new CommandLine(new Main());
        commandsFor(args).forEach(program::addSubcommand);
        program.setOut(out).setErr(err)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, err, DebugFlag.isIn(parsed)));
        try {
            return program.execute(args);
        } catch (OutOfMemoryError e) {
            err.println("x2i: memory is full (" + e.getMessage() + "): ask for smaller pictures, close other programs, or where it is the "
                    + "Java heap allow it more with X2I_JAVA_OPTS=-Xmx8g.");
            return ExitCode.SOFTWARE;
        } catch (InternalError e) {
            err.println("x2i: a file could not be read to its end while it was in use (" + e.getMessage() + "): it was cut short, or the disk "
                    + "or network it lies on failed; put it back and start again.");
            return ExitCode.SOFTWARE;
        }
    }

    /** The command that is asked for; all of them where it is not clear, or where they are to be listed. Reading one takes a while. */
    private static List<Class<?>> commandsFor(String[] args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            return List.of();
        }
        if (args.length == 0 || args[0].equals(CompletionCommand.NAME)) {
            return COMMANDS;
        }
        return COMMANDS.stream().filter(c -> c.getAnnotation(Command.class).name().equals(args[0])).findFirst()
                .<List<Class<?>>>map(List::of).orElse(COMMANDS);
    }

    /** A bare {@code x2i} asks what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int wrongUsage(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("x2i: " + e.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, PrintWriter err, boolean debug) {
        err.println("x2i: " + (e instanceof X2iException ? e.getMessage() : "failed: " + e + (debug ? "" : " (--debug shows where)")));
        if (debug) {
            e.printStackTrace(err);
        }
        return switch (e) {
            case CancelledException _ -> CANCELLED;
            case X2iException _ -> ExitCode.USAGE;
            default -> ExitCode.SOFTWARE;
        };
    }
}
