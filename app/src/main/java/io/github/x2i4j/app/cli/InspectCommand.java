package io.github.x2i4j.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.json.StrictJson;
import io.github.x2i4j.model.Recipe;
import io.github.x2i4j.model.media.PngTexts;
import io.github.x2i4j.tools.Inspection;
import io.github.x2i4j.tools.InspectionReport;
import io.github.x2i4j.tools.InspectionSummary;
import io.github.x2i4j.tools.Inspections;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "inspect", mixinStandardHelpOptions = true,
        description = {"Tells in ten lines what a file or folder is, what runs it and what is missing; of a picture that x2i made, its "
                + "recipe.", ""},
        footer = {"", "Examples:", "  x2i inspect FLUX.1-schnell", "  x2i inspect --all flux1-dev-Q4_K_S.gguf", "  x2i inspect --json model.safetensors", "  x2i inspect apple.png",
            "", "Exit codes: 0 all there, 1 something is missing or damaged, 2 cannot be read."})
final class InspectCommand implements Callable<Integer> {
    private static final int TENSORS = 20;

    @Parameters(paramLabel = "FILE|DIR", description = "A weight file, a model folder, a bundle, or a PNG file.")
    private Path path;

    @Option(names = "--all", description = "Print the configuration, the metadata and tensors of each part.")
    private boolean all;

    @Option(names = "--tensors", paramLabel = "N", description = "The same, with at most so many tensors of each part. Default: 20.")
    private Integer tensors;

    @Option(names = "--json", description = "Print one JSON object for programs, with all tensors.")
    private boolean json;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws JsonProcessingException {
        if (tensors != null && tensors < 0) {
            throw new InvalidInputException("--tensors " + tensors + ": takes a whole number from 0.");
        }
        PrintWriter out = spec.commandLine().getOut();
        boolean whole = isPng() ? picture(out) : weights(out);
        out.flush();
        return whole ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private boolean isPng() {
        return Files.isRegularFile(path) && path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".png");
    }

    private boolean picture(PrintWriter out) {
        String recipe = PngTexts.read(path).get(Recipe.PNG_KEYWORD);
        if (recipe == null) {
            throw new InvalidInputException(path + " holds no recipe: x2i did not make it, or another program took the recipe out.");
        }
        out.println(json ? recipe : StrictJson.object(path, recipe.getBytes(StandardCharsets.UTF_8)).toPrettyString());
        return true;
    }

    private boolean weights(PrintWriter out) throws JsonProcessingException {
        Inspection inspection = Inspections.account(path);
        if (json) {
            out.println(new ObjectMapper().writeValueAsString(InspectionReport.json(inspection)));
        } else {
            List<String> lines = all || tensors != null ? InspectionReport.text(inspection, tensors == null ? TENSORS : tensors)
                    : InspectionSummary.lines(inspection);
            lines.forEach(out::println);
        }
        return whole(inspection);
    }

    private static boolean whole(Inspection inspection) {
        return inspection.problems().isEmpty() && inspection.parts().stream().allMatch(part -> whole(part.inspection()));
    }
}
