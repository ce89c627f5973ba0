package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.memory.MemoryBudget;
import io.github.x2i4j.model.pipeline.Bundle;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(name = "chat", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws in a dialogue: reads lines from the terminal or a pipe, answers each and draws a picture (chat-1.png, "
                + "chat-2.png, ...) from all that was said. Lines that begin with / are commands; /help lists them.", ""},
        footer = {"", "Examples:", "  x2i chat", "  printf '/image cat.png\\nmake it red\\n' | x2i chat --seed 7"})
final class ChatCommand implements Runnable {
    @ArgGroup(validate = false, heading = "%nDialogue:%n", order = 0)
    private Talk talk = new Talk();

    @ArgGroup(validate = false, heading = "%nAnswers:%n", order = 2)
    private AnswerFlags answers = new AnswerFlags();

    @Mixin
    private DrawFlags flags;

    @Spec
    private CommandSpec spec;

    /** How the dialogue goes. */
    static final class Talk {
        @Option(names = {"-i", "--image"}, paramLabel = "FILE", description = "A picture that is shown from the first turn on.")
        Path image;

        @Option(names = {"-o", "--output"}, paramLabel = "DIR", defaultValue = "", description = "Folder of the pictures. Default: the "
                + "current one.")
        Path folder;

        @Option(names = {"-q", "--quiet"}, description = "No progress.")
        boolean quiet;
    }

    @Override
    public void run() {
        flags.pictures.check();
        flags.checkBudgets(false);
        if (!Files.isDirectory(talk.folder)) {
            throw new InvalidInputException("--output " + talk.folder + " is no folder: name one that exists.");
        }
        ChatSession.Settings settings = new ChatSession.Settings(flags.pictures, answers.rows().orElse(null), answers.maxNewTokens(), talk.folder);
        PrintWriter err = spec.commandLine().getErr();
        Display display = DrawFlags.display(err, talk.quiet);
        try (Engine engine = flags.engine.open(err); X2i x2i = open(engine)) {
            ChatSession session = new ChatSession(x2i, settings, display, spec.commandLine().getOut(), err);
            if (talk.image != null) {
                session.show(talk.image);
            }
            // not closed: standard input belongs to the process
            session.run(new BufferedReader(new InputStreamReader(System.in, Charset.forName(System.getProperty("stdin.encoding", "UTF-8")))),
                    Terminal.isThere());
        }
    }

    private X2i open(Engine engine) {
        MemoryBudget budget = Workplace.budget(flags, engine);
        return budget == null ? X2i.open(bundle(), engine, false) : X2i.open(bundle(), engine, budget);
    }

    private Bundle bundle() {
        Bundle bundle = DrawFlags.bundle(flags.weights.weights());
        if (bundle == null) {
            throw new InvalidInputException("x2i chat talks with a language model: name --mllm and --alignnet beside --flux, or a "
                    + "--bundle.");
        }
        return bundle;
    }
}
