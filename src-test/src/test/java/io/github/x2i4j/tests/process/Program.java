package io.github.x2i4j.tests.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts the packaged program in a process of its own, with a home folder of its own. */
final class Program {
    private static final String MODULE = "io.github.x2i4j.app";
    private static final String MAIN = MODULE + ".cli.Main";
    private static final int MINUTES = 3;

    private final Path folder;
    private final List<String> java = new ArrayList<>();
    private Path working;
    private String input = "";

    /** @param folder where the program works and has its home */
    private Program(Path folder, List<String> launch) {
        this.folder = folder;
        this.working = folder;
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.add("-XX:+UseSerialGC");
        java.addAll(launch);
    }

    /** The program as modules, as {@code ./x2i} starts it. */
    static Program modular(Path folder) {
        return new Program(folder, List.of("-p", modules().toString(), "-m", MODULE + "/" + MAIN));
    }

    /** The program on the class path, where no module asks for the Vector API. */
    static Program onClassPath(Path folder) throws IOException {
        try (Stream<Path> jars = Files.list(modules())) {
            String path = jars.map(Path::toString).collect(Collectors.joining(System.getProperty("path.separator")));
            return new Program(folder, List.of("-cp", path, MAIN));
        }
    }

    /** The same program, working in another folder. */
    Program workingIn(Path other) {
        working = other;
        return this;
    }

    /** The same program, with something to read. */
    Program reading(String lines) {
        input = lines;
        return this;
    }

    /** What a program printed and how it ended. */
    record Result(int exit, String out, String err) {
    }

    /** Runs to the end. */
    Result run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError("still running after " + MINUTES + " minutes: " + String.join(" ", arguments));
        }
        return new Result(process.exitValue(), Files.readString(out()), Files.readString(err()));
    }

    /** Starts and comes back at once; what is printed goes to {@link #out()} and {@link #err()}. */
    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(working.toFile())
                .redirectInput(in().toFile()).redirectOutput(out().toFile()).redirectError(err().toFile());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("home/.cache").toString());
        builder.environment().put("LOCALAPPDATA", folder.resolve("home").toString());
        builder.environment().keySet().removeIf(name -> name.endsWith("JAVA_OPTIONS") || name.equals("JAVA_TOOL_OPTIONS"));
        Files.createDirectories(folder.resolve("home"));
        Files.writeString(in(), input);
        return builder.start();
    }

    private Path in() {
        return folder.resolve("in.txt");
    }

    Path out() {
        return folder.resolve("out.txt");
    }

    Path err() {
        return folder.resolve("err.txt");
    }

    private static Path modules() {
        Path modules = Path.of(System.getProperty("x2i.modules"));
        if (!Files.isDirectory(modules)) {
            throw new IllegalStateException(modules + " does not exist: these tests run after package, as ./x2i test does it");
        }
        return modules;
    }
}
