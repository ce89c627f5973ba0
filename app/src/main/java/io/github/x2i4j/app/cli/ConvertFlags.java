package io.github.x2i4j.app.cli;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.loader.weights.ModelKind;
import io.github.x2i4j.tools.convert.Conversion;
import io.github.x2i4j.tools.convert.ConversionReport;
import io.github.x2i4j.tools.convert.Names;
import io.github.x2i4j.tools.convert.TypeRules;
import io.github.x2i4j.tools.encode.FloatEncoder;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What converting and quantising have in common. */
final class ConvertFlags {
    @Option(names = {"-o", "--output"}, paramLabel = "FILE|DIR", required = true,
            description = "What to write: X.safetensors, X.gguf, or a folder that does not exist or is empty.")
    private Path output;

    @Option(names = "--names", paramLabel = "NAMES",
            description = "Of FLUX, its autoencoder and T5: diffusers, or original (one file as first released, ComfyUI's and GGUF's names). Default: "
                    + "as stored; original for FLUX and T5 in GGUF.")
    private String names;

    @Option(names = "--keep", paramLabel = "PATTERN[=TYPE]",
            description = "Tensors whose name fits (* stands for any text) keep their type, or get this one; the first that fits decides. May be "
                    + "given several times.")
    private List<String> keep = List.of();

    @Option(names = "--shard-size", paramLabel = "SIZE", defaultValue = "10G",
            description = "Weights of a folder larger than this are cut into several files. Default: ${DEFAULT-VALUE}.")
    private String shardSize;

    @Option(names = "--force", description = "Replace the file if it exists.")
    private boolean force;

    @Option(names = "--report", description = "Print each tensor's types and the error made: of the whole tensor, relative, and the largest of a value.")
    private boolean report;

    /** Converts and tells about it. */
    void run(Path source, DType dtype, ToolFlags tool, PrintWriter out, PrintWriter err) {
        Conversion conversion = new Conversion(new TypeRules(dtype, keep.stream().map(ConvertFlags::exception).toList()), names(source),
                ByteSizes.parse("--shard-size", shardSize), force);
        ConversionReport done = tool.run(err, progress -> conversion.run(source, output, progress));
        if (report) {
            done.lines().forEach(l -> out.println(String.format(Locale.ROOT, "%-6s %-6s %10.3g %10.3g  %s", l.from(), l.to(), l.error().relL2(),
                    l.error().maxAbs(), ToolFlags.shown(l.name()) + " " + l.shape())));
        }
        out.println(String.format(Locale.ROOT, "wrote %s: %d tensors, %s from %s; error %.3g relative, %.3g at most", done.output(),
                done.lines().size(), ByteSizes.shown(done.bytes()), ByteSizes.shown(done.sourceBytes()), done.total().relL2(), done.total().maxAbs()));
        out.flush();
    }

    private Names names(Path source) {
        if (names == null) {
            boolean gguf = output.toString().toLowerCase(Locale.ROOT).endsWith(".gguf");
            ModelKind kind = gguf ? ModelKind.detect(source) : ModelKind.OTHER;
            return kind == ModelKind.FLUX_TRANSFORMER || kind == ModelKind.T5 ? Names.ORIGINAL : Names.STORED;
        }
        return switch (names.toLowerCase(Locale.ROOT)) {
            case "diffusers" -> Names.DIFFUSERS;
            case "original" -> Names.ORIGINAL;
            default -> throw new InvalidInputException("--names " + names + ": takes diffusers or original.");
        };
    }

    private static TypeRules.Exception exception(String text) {
        if (text.indexOf('=') < 0) {
            return new TypeRules.Exception(text, null);
        }
        String[] pair = ToolFlags.pair("--keep", text);
        return new TypeRules.Exception(pair[0], ToolFlags.dtype("--keep", pair[1], FloatEncoder.WRITTEN));
    }
}
