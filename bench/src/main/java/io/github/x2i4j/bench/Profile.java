package io.github.x2i4j.bench;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Time and work of the ops of a stage, by op. */
final class Profile {
    private final Map<String, Line> lines = new TreeMap<>();

    /** What was noted of an op. */
    private record Line(double calls, double nanos, double flops) {
        Line plus(Line other, double times) {
            return new Line(calls + times * other.calls, nanos + times * other.nanos, flops + times * other.flops);
        }
    }

    void add(String op, double nanos, double flops) {
        lines.merge(op, new Line(1, nanos, flops), (a, b) -> a.plus(b, 1));
    }

    /** Adds what another profile notes, so many times over. */
    void add(Profile other, double times) {
        other.lines.forEach((op, line) -> lines.merge(op, new Line(0, 0, 0).plus(line, times), (a, b) -> a.plus(b, 1)));
    }

    double nanos() {
        return lines.values().stream().mapToDouble(Line::nanos).sum();
    }

    double flops() {
        return lines.values().stream().mapToDouble(Line::flops).sum();
    }

    /**
     * Prints the ops, the longest first, and how much of the time the multiply-adds would take at the peak.
     *
     * @param peak GFLOP/s in F32
     */
    void print(String title, double wall, double peak) {
        System.out.printf(Locale.ROOT, "%n%s: %.3f s, %.1f GFLOP/s; at the F32 peak of %.1f GFLOP/s its multiply-adds take %.0f %% of that%n", title, wall / 1e9,
                flops() / wall, peak, 100 * flops() / peak / wall);
        System.out.printf(Locale.ROOT, "%-22s %8s %12s %8s %10s %10s%n", "op", "calls", "ms", "% time", "GFLOP/s", "% of peak");
        lines.entrySet().stream().sorted(Comparator.comparingDouble(e -> -e.getValue().nanos)).forEach(e -> {
            Line l = e.getValue();
            System.out.printf(Locale.ROOT, "%-22s %8.0f %12.2f %8.1f %10s %10s%n", e.getKey(), l.calls, l.nanos / 1e6, 100 * l.nanos / wall,
                    l.flops == 0 ? "" : String.format(Locale.ROOT, "%.1f", l.flops / l.nanos),
                    l.flops == 0 ? "" : String.format(Locale.ROOT, "%.1f", 100 * l.flops / l.nanos / peak));
        });
        System.out.printf(Locale.ROOT, "%-22s %8s %12.2f %8.1f%n", "between ops", "", (wall - nanos()) / 1e6, 100 * (wall - nanos()) / wall);
    }
}
