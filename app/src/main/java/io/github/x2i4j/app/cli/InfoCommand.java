package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.app.EngineFlags;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.EngineInfo;
import io.github.x2i4j.model.X2i;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.List;
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
        EngineInfo engine;
        try (Engine open = engineFlags.open(spec.commandLine().getErr())) {
            engine = open.info();
        }
        PrintWriter out = spec.commandLine().getOut();
        line(out, "x2i4j", X2i.version());
        line(out, "Java", Runtime.version() + ", " + System.getProperty("java.vm.name") + ", " + System.getProperty("java.home"));
        line(out, "system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
        line(out, "processor", engine.processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores for this process");
        if (!engine.features().isEmpty()) {
            line(out, "features", String.join(" ", engine.features()));
        }
        line(out, "computes on", engine.device());
        line(out, "kernels", engine.label());
        List<String> reasons = engine.reasons();
        reasons.forEach(reason -> line(out, "", reason));
        line(out, "threads", String.valueOf(engine.threads()));
        List<String> gpus = Engine.gpus(engineFlags.options().cudaLibraries());
        for (int i = 0; i < gpus.size(); i++) {
            line(out, i == 0 ? "gpu" : "", gpus.get(i));
        }
        line(out, "memory", memory() + "Java heap up to " + megabytes(Runtime.getRuntime().maxMemory())
                + "; weights are mapped and tensors lie outside the heap");
        out.flush();
    }

    private static String memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean os
                ? megabytes(os.getTotalMemorySize()) + " in all, " + megabytes(os.getFreeMemorySize()) + " free; " : "";
    }

    private static String megabytes(long bytes) {
        return (bytes >> 20) + " MB";
    }

    private static void line(PrintWriter out, String what, String text) {
        out.printf("%-11s %s%n", what, text);
    }
}
