package io.github.x2i4j.tools;

import io.github.x2i4j.loader.weights.ModelKind;
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
        if (!facts.isEmpty()) {
            lines.add("  sizes    " + facts);
        }
        if (i.metadata().containsKey("made_by")) {
            lines.add("  made by  " + InspectionReport.shown(i.metadata().get("made_by")));
        }
        lines.add("  runs     " + runs(i));
        String needs = needs(i.kind());
        if (!needs.isEmpty()) {
            lines.add("  needs    " + needs);
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

    private static String runs(Inspection i) {
        String path = InspectionReport.shown(i.path().toString());
        return switch (i.kind()) {
            case BUNDLE -> "x2i generate \"a fox\" --bundle " + path;
            case FLUX_PIPELINE -> "x2i generate \"a fox\" --flux " + path + " (alone where it has text encoders; else with --mllm and --alignnet)";
            case FLUX_TRANSFORMER, FLUX_SINGLE_FILE -> "x2i generate \"a fox\" --flux " + path + " --vae AE --mllm MLLM --alignnet ALIGNNET";
            case QWEN2_5_VL, INTERNVL, MINICPM_O -> "x2i generate \"a fox\" --mllm " + path + " --alignnet ALIGNNET --flux FLUX";
            case QWEN2_5_VL_LANGUAGE, QWEN2_5_VL_VISION -> "x2i generate \"a fox\" --mllm DIR --alignnet ALIGNNET --flux FLUX, where DIR holds both "
                    + "halves, config.json and tokenizer";
            case ALIGNNET -> "x2i generate \"a fox\" --alignnet " + path + " --mllm MLLM --flux FLUX";
            case VAE, VAE_SINGLE_FILE, TINY_VAE -> "as part of FLUX: x2i generate \"a fox\" --flux FLUX --vae " + path;
            case T5 -> "as part of plain FLUX: x2i generate \"a fox\" --flux FLUX --t5 " + path + " --clip CLIP --tokenizers DIR";
            case CLIP -> "as part of plain FLUX: x2i generate \"a fox\" --flux FLUX --clip " + path + " --t5 T5 --tokenizers DIR";
            case TOKENIZER, SCHEDULER, PREPROCESSOR -> "as a part of the model whose folder it lies in";
            case LORA, LIGHTCONTROL -> "not in this version";
            case OTHER -> "nothing that x2i knows of";
        };
    }

    private static String needs(ModelKind kind) {
        return switch (kind) {
            case FLUX_TRANSFORMER, FLUX_SINGLE_FILE -> "an autoencoder (ae.safetensors or FLUX's folder vae), and a language model with its AlignNet or "
                    + "FLUX's own text encoders";
            case QWEN2_5_VL, INTERNVL, MINICPM_O, QWEN2_5_VL_LANGUAGE, QWEN2_5_VL_VISION -> "the AlignNet of X2I that was trained for it, and FLUX.1";
            case ALIGNNET -> "the language model that it was trained for, and FLUX.1";
            case VAE, VAE_SINGLE_FILE, TINY_VAE, T5, CLIP -> "a FLUX transformer";
            default -> "";
        };
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
