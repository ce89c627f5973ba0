package io.github.x2i4j.tools;

import io.github.x2i4j.loader.weights.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An {@link Inspection} as text for people, and as plain maps and lists for JSON. */
public final class InspectionReport {
    private static final int LONGEST = 600;

    private InspectionReport() {
    }

    /** Lines of text; at most {@code maxTensors} tensors of each part are listed. */
    public static List<String> text(Inspection inspection, int maxTensors) {
        List<String> lines = new ArrayList<>();
        append(lines, "", inspection, maxTensors);
        Usage usage = Usage.of(inspection);
        lines.add(1, "  use: " + String.join(", or ", usage.commands()) + (usage.needs() == null ? "" : "; " + usage.needs()));
        Inspection.Total total = inspection.total();
        if (!inspection.parts().isEmpty() && total.tensors() > 0) {
            lines.add("in all: " + sums(total, inspection.parameters()));
        }
        List<String> problems = inspection.allProblems();
        if (!problems.isEmpty()) {
            lines.add("problems:");
            problems.forEach(p -> lines.add("  " + shown(p)));
        }
        return lines;
    }

    private static void append(List<String> lines, String indent, Inspection i, int maxTensors) {
        lines.add(indent + shown(i.path().toString()) + ": " + shown(i.description()));
        String inner = indent + "  ";
        i.config().forEach((k, v) -> lines.add(inner + shown(k) + " = " + shown(v)));
        i.metadata().forEach((k, v) -> lines.add(inner + "metadata " + shown(k) + " = " + shown(v)));
        if (!i.tensors().isEmpty()) {
            Inspection own = new Inspection(i.path(), i.kind(), i.description(), i.tensors(), i.config(), i.metadata(), List.of(), List.of());
            lines.add(inner + sums(own.total(), own.parameters()));
            own.totals().forEach((dtype, t) -> lines.add(inner + String.format(Locale.ROOT, "%-8s %6d tensors  %s", dtype, t.tensors(), bytes(t.bytes()))));
            tensors(lines, inner, i.tensors(), maxTensors);
        }
        for (Inspection.Part part : i.parts()) {
            lines.add(inner + shown(part.name()) + ":");
            append(lines, inner + "  ", part.inspection(), maxTensors);
        }
    }

    private static void tensors(List<String> lines, String indent, List<TensorInfo> tensors, int max) {
        for (TensorInfo t : tensors.subList(0, Math.min(max, tensors.size()))) {
            lines.add(indent + String.format(Locale.ROOT, "%-8s %-22s %12d  %s", t.dtype(), t.shape(), t.bytes(), shown(t.name())));
        }
        if (max > 0 && tensors.size() > max) {
            lines.add(indent + "... and " + (tensors.size() - max) + " more");
        }
    }

    static String sums(Inspection.Total t, long parameters) {
        return t.tensors() + (t.tensors() == 1 ? " tensor, " : " tensors, ") + count(parameters) + " parameters, " + bytes(t.bytes());
    }

    private static String count(long n) {
        return n < 100_000 ? Long.toString(n) : n < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f million", n / 1e6)
                : String.format(Locale.ROOT, "%.2f billion", n / 1e9);
    }

    static String bytes(long n) {
        return n < 1024 ? n + " bytes" : n < 1L << 20 ? String.format(Locale.ROOT, "%.1f KiB", n / 1024.0)
                : n < 1L << 30 ? String.format(Locale.ROOT, "%.1f MiB", n / (double) (1L << 20))
                : String.format(Locale.ROOT, "%.2f GiB", n / (double) (1L << 30));
    }

    /** Maps, lists, strings and numbers that any JSON library writes; all tensors are in it. */
    public static Map<String, Object> json(Inspection i) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("path", i.path().toString());
        out.put("kind", i.kind().name().toLowerCase(Locale.ROOT));
        out.put("description", i.description());
        out.put("parameters", i.parameters());
        out.put("bytes", i.total().bytes());
        Map<String, Object> totals = new LinkedHashMap<>();
        i.totals().forEach((dtype, t) -> totals.put(dtype, Map.of("tensors", t.tensors(), "elements", t.elements(), "bytes", t.bytes())));
        out.put("dtypes", totals);
        out.put("config", i.config());
        out.put("metadata", i.metadata());
        out.put("problems", i.problems());
        out.put("tensors", i.tensors().stream().map(InspectionReport::json).toList());
        Map<String, Object> parts = new LinkedHashMap<>();
        i.parts().forEach(p -> parts.put(p.name(), json(p.inspection())));
        out.put("parts", parts);
        return out;
    }

    private static Map<String, Object> json(TensorInfo t) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", t.name());
        out.put("dtype", t.dtype());
        out.put("shape", t.shape().toArray());
        out.put("bytes", t.bytes());
        out.put("file", t.file().getFileName().toString());
        return out;
    }

    /** A text from a file as it may stand on a terminal: one line, bounded, no control characters. */
    static String shown(String s) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            int type = Character.getType(c);
            boolean plain = !Character.isISOControl(c) && type != Character.FORMAT && type != Character.SURROGATE;
            out.append(plain ? String.valueOf(c) : String.format("\\u%04x", (int) c));
            if (out.length() > LONGEST) {
                return out + "...";
            }
        }
        return out.toString();
    }
}
