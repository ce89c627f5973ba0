package io.github.x2i4j.app.cli;

import io.github.x2i4j.app.DebugFlag;
import io.github.x2i4j.tools.encode.FloatEncoder;
import io.github.x2i4j.tools.make.Architecture;
import io.github.x2i4j.tools.make.RandomPipeline;
import io.github.x2i4j.tools.make.RandomWeights;
import io.github.x2i4j.tools.make.Sizes;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "make", mixinStandardHelpOptions = true,
        description = {"Makes random weights of a known architecture, for measuring and testing: the folder loads like the published one, "
                + "and what it draws is noise.", ""},
        footer = {"", "Examples:", "  x2i make flux-dev flux --dtype BF16                  # 23.8 GB",
            "  x2i make flux-schnell-pipeline small --depth 2 --width 512", "  x2i make qwen2.5-vl-3b mllm --depth 4 --set vocab_size=32000"})
final class MakeCommand implements Runnable {
    private static final String PIPELINE = "-pipeline";

    /** What {@code --help} lists and completion completes. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(Stream.of(Architecture.FLUX_DEV, Architecture.FLUX_SCHNELL).map(a -> a.label() + PIPELINE),
                    Arrays.stream(Architecture.values()).map(Architecture::label)).iterator();
        }
    }

    @Parameters(index = "0", paramLabel = "NAME", completionCandidates = Names.class,
            description = "One of ${COMPLETION-CANDIDATES}. A pipeline is transformer, autoencoder and scheduler.")
    private String name;

    @Parameters(index = "1", paramLabel = "DIR", description = "Folder to make; it does not exist or is empty.")
    private Path folder;

    @Option(names = "--dtype", paramLabel = "TYPE", defaultValue = "BF16", description = "F32, BF16, F16 or a block-quantised type (see quantize; the rest is BF16 then). Default: ${DEFAULT-VALUE}.")
    private String dtype;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "The same seed makes the same weights. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--depth", paramLabel = "N",
            description = "Layers; of FLUX the double blocks, with twice as many single ones; of AlignNet the hidden states.")
    private Integer depth;

    @Option(names = "--width", paramLabel = "N", description = "Width of the hidden states; heads keep theirs.")
    private Integer width;

    @Option(names = "--set", paramLabel = "FIELD=VALUE",
            description = "Another field of config.json, such as vision_config.depth=2; may be given several times.")
    private List<String> fields = List.of();

    @Option(names = "--shard-size", paramLabel = "SIZE", defaultValue = "10G",
            description = "Weights larger than this are cut into several files. Default: ${DEFAULT-VALUE}.")
    private String shardSize;

    @Mixin
    private ToolFlags tool;

    @Mixin
    private DebugFlag debug;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        Map<String, String> set = new LinkedHashMap<>();
        fields.stream().map(f -> ToolFlags.pair("--set", f)).forEach(pair -> set.put(pair[0], pair[1]));
        RandomWeights.Options options = new RandomWeights.Options(seed, ToolFlags.dtype("--dtype", dtype, FloatEncoder.WRITTEN), new Sizes(depth, width, set),
                ByteSizes.parse("--shard-size", shardSize));
        boolean pipeline = name.equals(Architecture.FLUX_DEV.label() + PIPELINE) || name.equals(Architecture.FLUX_SCHNELL.label() + PIPELINE);
        Architecture architecture = Architecture.of(pipeline ? name.substring(0, name.length() - PIPELINE.length()) : name);
        RandomWeights.Made made = tool.run(spec.commandLine().getErr(), progress -> pipeline
                ? RandomPipeline.make(architecture, folder, options, progress) : RandomWeights.make(architecture, folder, options, progress));
        spec.commandLine().getOut().println(String.format(Locale.ROOT, "made %s: %d tensors, %.2f million parameters, %s", made.folder(),
                made.tensors(), made.parameters() / 1e6, ByteSizes.shown(made.bytes())));
        spec.commandLine().getOut().flush();
    }
}
