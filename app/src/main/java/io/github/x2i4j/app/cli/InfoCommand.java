package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.app.EngineFlags;
import io.github.x2i4j.engine.Engine;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "info", mixinStandardHelpOptions = true,
        description = {"Tells what this machine offers and what x2i makes of it: processor, kernels and why, memory, Java.", ""})
final class InfoCommand implements Runnable {
    @Mixin
    private EngineFlags engineFlags;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Runtime jvm = Runtime.getRuntime();
        out.printf("x2i4j        %s%n", Version.text());
        out.printf("Java         %s, %s %s%n", Runtime.version(), System.getProperty("java.vm.name"), System.getProperty("java.home"));
        out.printf("System       %s %s%n", System.getProperty("os.name"), System.getProperty("os.arch"));
        out.printf("Processors   %d%n", jvm.availableProcessors());
        out.printf("Java heap    up to %d MB%n", jvm.maxMemory() >> 20);
        try (Engine engine = Engine.open(engineFlags.options())) {
            out.printf("Engine       %s%n", engine);
        }
    }
}
