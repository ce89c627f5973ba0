package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.cli.PictureFlags.Drawing;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.model.SourceImage;
import io.github.x2i4j.model.X2i;
import io.github.x2i4j.model.X2iDialogue;
import io.github.x2i4j.model.X2iPicture;
import io.github.x2i4j.model.X2iRequest;
import io.github.x2i4j.model.X2iResult;
import io.github.x2i4j.model.pipeline.HiddenRows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A dialogue with somebody who types. What goes wrong is told, and the dialogue goes on. */
final class ChatSession {
    private static final String HELP = """
            Say what to draw, or how to change what was drawn.
              /image FILE   show a picture from now on; /image alone: show none
              /save FILE    write the last picture to a PNG file of your own
              /undo         take the last turn back
              /seed N       seed of the pictures from now on; /seed alone: random ones
              /help         this list
              /quit         end (so does the end of the input, Ctrl-D)""";
    private static final String NAME = "chat-";
    private static final long PNG_OVERHEAD = 1 << 20;

    private final X2iDialogue dialogue;
    private final Settings settings;
    private final Display display;
    private final PrintWriter out;
    private final PrintWriter err;
    /** The last picture of each turn. */
    private final List<Path> drawn = new ArrayList<>();
    private Drawing drawing;
    private boolean randomSeed;

    /**
     * How pictures are drawn and where they go.
     *
     * @param rows what they are drawn from, or null for what dialogues are drawn from
     * @param maxNewTokens most tokens of an answer, or null
     * @param folder where chat-1.png and so on go; none that stands there is replaced
     */
    record Settings(PictureFlags pictures, HiddenRows rows, Integer maxNewTokens, Path folder) {
    }

    /** @param out takes answers and file names, {@code err} what goes wrong */
    ChatSession(X2i x2i, Settings settings, Display display, PrintWriter out, PrintWriter err) {
        this.settings = settings;
        this.display = display;
        this.out = out;
        this.err = err;
        dialogue = x2i.dialogue();
        randomSeed = settings.pictures.randomSeed();
        drawing = settings.pictures.complete(x2i.bundle().defaults());
    }

    /**
     * Takes lines until there are no more, or one says to end.
     *
     * @param inviting whether each line is asked for
     */
    void run(BufferedReader lines, boolean inviting) {
        while (true) {
            if (inviting) {
                out.print("> ");
            }
            out.flush();
            try {
                String line = lines.readLine();
                if (line == null || !take(line.strip())) {
                    return;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Does what a line says; returns whether the dialogue goes on. */
    private boolean take(String line) {
        try {
            String command = line.startsWith("/") ? line.split("\\s", 2)[0] : "";
            String rest = line.substring(command.length()).strip();
            switch (command) {
                case "" -> say(line);
                case "/image" -> show(rest.isEmpty() ? null : path(rest));
                case "/save" -> save(rest);
                case "/undo" -> undo();
                case "/seed" -> seed(rest);
                case "/help" -> out.println(HELP);
                case "/quit" -> {
                    return false;
                }
                default -> throw new InvalidInputException("there is no command " + command + "; /help lists them.");
            }
        } catch (X2iException e) {
            display.abort();
            err.println("x2i: " + e.getMessage());
        } catch (RuntimeException e) {
            display.abort();
            err.println("x2i: failed: " + e);
        }
        err.flush();
        return true;
    }

    private void say(String line) {
        if (line.isEmpty()) {
            throw new InvalidInputException("the line is empty: say what to draw, or /help.");
        }
        if (line.indexOf('\uFFFD') >= 0) {
            throw new InvalidInputException("the line holds characters that Java cannot read in this locale: set LC_ALL to a UTF-8 locale, "
                    + "such as C.UTF-8.");
        }
        if (randomSeed) {
            drawing = drawing.withSeed(PictureFlags.newSeed());
        }
        X2iRequest request = X2iRequest.builder().text(line).steps(drawing.steps()).guidance(drawing.guidance())
                .size(drawing.width(), drawing.height()).seed(drawing.seed()).count(drawing.count()).noise(drawing.noise()).drawFrom(settings.rows)
                .maxNewTokens(settings.maxNewTokens).build();
        List<Path> written = new ArrayList<>();
        X2iResult result = dialogue.say(request, display, picture -> written.add(write(picture)));
        drawn.add(written.getLast());
        out.println(result.answer());
    }

    private Path write(X2iPicture picture) {
        display.end();
        byte[] png = picture.toPng();
        Path file = free();
        OutputFiles.plan(file, NAME, 1, png.length).write(0, png);
        out.println(file + ": " + drawing.width() + " x " + drawing.height() + ", seed " + picture.recipe().drawing().seed());
        return file;
    }

    private Path free() {
        int n = 1;
        while (Files.exists(settings.folder.resolve(NAME + n + ".png"))) {
            n++;
        }
        return settings.folder.resolve(NAME + n + ".png");
    }

    /** Shows a picture from the next turn on, or none for null. */
    void show(Path file) {
        dialogue.show(file == null ? List.of() : List.of(SourceImage.read(file)));
    }

    private void save(String name) {
        if (name.isEmpty()) {
            throw new InvalidInputException("/save needs the name of a PNG file.");
        }
        if (drawn.isEmpty()) {
            throw new InvalidInputException("there is no picture to save yet: say what to draw first.");
        }
        byte[] png;
        try {
            png = Files.readAllBytes(drawn.getLast());
        } catch (IOException e) {
            throw new InvalidInputException(drawn.getLast() + " is gone (" + e.getMessage() + "), so it cannot be saved.", e);
        }
        Path file = path(name);
        if (Files.isDirectory(file)) {
            throw new InvalidInputException(file + " is a folder: name a PNG file in it.");
        }
        boolean replaced = OutputFiles.plan(file, NAME, 1, png.length + PNG_OVERHEAD).write(0, png);
        out.println((replaced ? "replaced " : "wrote ") + file);
    }

    private void undo() {
        if (!dialogue.undo()) {
            throw new InvalidInputException("there is no turn to take back.");
        }
        drawn.removeLast();
        int left = dialogue.turns().size();
        out.println("taken back; " + left + (left == 1 ? " turn is" : " turns are") + " left.");
    }

    private void seed(String number) {
        if (!number.isEmpty()) {
            try {
                drawing = drawing.withSeed(Long.parseLong(number));
            } catch (NumberFormatException e) {
                throw new InvalidInputException("/seed " + number + ": that is no whole number from " + Long.MIN_VALUE + " to "
                        + Long.MAX_VALUE + ".", e);
            }
        }
        randomSeed = number.isEmpty();
    }

    private static Path path(String name) {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new InvalidInputException(name + " is no path: " + e.getReason(), e);
        }
    }
}
