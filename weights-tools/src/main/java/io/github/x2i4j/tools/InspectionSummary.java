package io.github.x2i4j.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** An {@link Inspection} in at most ten lines, for someone who has just downloaded something: what it is, what runs it, what is missing. */
public final class InspectionSummary {
    private static final int MOST_TYPES = 5;
    private static final int MOST_FACTS = 6;
    private static final int MOST_PROBLEMS = 3;
    /** Fields of configurations that tell one size of a model from another. */
    private static final List<String> FACTS = List.of("num_layers", "num_single_layers", "num_hidden_layers", "llm_config.num_hidden_layers",
            "hidden_size", "llm_config.hidden_size", "d_model", "num_attention_heads", "guidance_embeds", "latent_channels", "block_out_channels",
            "vocab_size", "shift");

    private InspectionSummary() {
    }

    /** The lines, without line ends. */
    public static List<String> lines(Inspection i) {
        List<String> lines = new ArrayList<>();
        lines.add(InspectionReport.shown(i.path().toString()) + ": " + InspectionReport.shown(i.description()));
        if (i.total().tensors() > 0) {
            lines.add("  holds    " + InspectionReport.sums(i.total(), i.parameters()) + ": " + types(i));
        }
        if (!i.parts().isEmpty()) {
            lines.add("  parts    " + i.parts().stream().map(p -> p.name() + (p.inspection().total().tensors() == 0 ? ""
                    : " " + InspectionReport.bytes(p.inspection().total().bytes()))).collect(Collectors.joining(", ")));
        }
        String facts = FACTS.stream().filter(i.config()::containsKey).limit(MOST_FACTS).map(f -> f + " " + InspectionReport.shown(i.config().get(f)))
                .collect(Collectors.joining(", "));
        facts = facts.isEmpty() ? TensorFacts.of(i) : facts;
        if (!facts.isEmpty()) {
            lines.add("  sizes    " + facts);
        }
        if (i.metadata().containsKey("made_by")) {
            lines.add("  made by  " + InspectionReport.shown(i.metadata().get("made_by")));
        }
        Usage usage = Usage.of(i);
        lines.add("  use      " + usage.commands().getFirst());
        usage.commands().stream().skip(1).forEach(c -> lines.add("  or       " + c));
        if (usage.needs() != null) {
            lines.add("  with     " + usage.needs());
        }
        problems(lines, i.allProblems());
        return lines;
    }

    private static String types(Inspection i) {
        List<Map.Entry<String, Inspection.Total>> types = i.totals().entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue().bytes(), a.getValue().bytes())).toList();
        String some = types.stream().limit(MOST_TYPES).map(e -> e.getKey() + " " + share(e.getValue().bytes(), i.total().bytes()))
                .collect(Collectors.joining(", "));
        return types.size() > MOST_TYPES ? some + ", and " + (types.size() - MOST_TYPES) + " types more" : some;
    }

    private static String share(long bytes, long all) {
        double percent = 100.0 * bytes / Math.max(1, all);
        return percent >= 99.95 ? "100 %" : String.format(Locale.ROOT, percent < 10 ? "%.1f %%" : "%.0f %%", percent);
    }

    private static void problems(List<String> lines, List<String> problems) {
        if (problems.isEmpty()) {
            lines.add("  missing  nothing");
            return;
        }
        problems.stream().limit(MOST_PROBLEMS).forEach(p -> lines.add("  missing  " + InspectionReport.shown(p)));
        if (problems.size() > MOST_PROBLEMS) {
            lines.set(lines.size() - 1, lines.getLast() + " (and " + (problems.size() - MOST_PROBLEMS) + " problems more: --all)");
        }
    }
}
