package io.github.x2i4j.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.app.verify.Outputs.Numbers;
import io.github.x2i4j.engine.Shape;
import java.util.ArrayList;
import java.util.List;

/** Compares outputs with their reference, in float64. */
final class Comparison {
    private Comparison() {
    }

    /** Compares numbers. Elements that are no finite numbers in the reference have to be the same. */
    static OutputCheck numbers(String output, Numbers expected, Numbers got, Bound bound) {
        if (!expected.shape().equals(got.shape())) {
            return OutputCheck.failed(output, "shape " + got.shape() + " instead of " + expected.shape());
        }
        double squares = 0;
        double differences = 0;
        double largest = 0;
        int firstUnequal = -1;
        for (int i = 0; i < expected.values().length; i++) {
            double e = expected.values()[i];
            double g = got.values()[i];
            boolean same = e == g || Double.isNaN(e) && Double.isNaN(g);
            if (!same && !(Double.isFinite(e) && Double.isFinite(g))) {
                return OutputCheck.failed(output, difference(expected, got, i));
            }
            if (!same && firstUnequal < 0) {
                firstUnequal = i;
            }
            if (Double.isFinite(e)) {
                squares += e * e;
                differences += (g - e) * (g - e);
                largest = Math.max(largest, Math.abs(g - e));
            }
        }
        double relL2 = differences == 0 ? 0 : Math.sqrt(differences) / Math.sqrt(squares);
        boolean equal = firstUnequal < 0;
        boolean passed = bound.holds(relL2, largest, equal);
        String problem = passed || !bound.exact() ? "" : difference(expected, got, firstUnequal);
        return new OutputCheck(output, passed, relL2, largest, bound.used(relL2, largest, equal), problem);
    }

    private static String difference(Numbers expected, Numbers got, int element) {
        return "element " + element + " is " + got.values()[element] + " instead of " + expected.values()[element];
    }

    /** Compares JSON values; the first difference is named by its path. A bound that is not exact holds for the numbers in them. */
    static OutputCheck json(String output, JsonNode expected, JsonNode got, Bound bound) {
        String difference = bound.exact() ? difference(output, expected, got) : "";
        if (!difference.isEmpty()) {
            return OutputCheck.failed(output, difference);
        }
        if (bound.exact()) {
            return new OutputCheck(output, true, 0, 0, 0, "");
        }
        Numbers e = flat(expected);
        Numbers g = flat(got);
        return e == null || g == null ? OutputCheck.failed(output, "no numbers to compare within a tolerance")
                : numbers(output, e, g, bound);
    }

    private static String difference(String path, JsonNode e, JsonNode g) {
        if (e.isNumber() && g.isNumber()) {
            return e.decimalValue().compareTo(g.decimalValue()) == 0 ? "" : changed(path, e, g);
        }
        if (!e.isContainerNode() || e.getNodeType() != g.getNodeType()) {
            return e.equals(g) ? "" : changed(path, e, g);
        }
        if (e.size() != g.size()) {
            return path + " has " + g.size() + " entries instead of " + e.size() + firstChange(path, e, g);
        }
        return firstDifference(path, e, g);
    }

    private static String firstChange(String path, JsonNode e, JsonNode g) {
        String d = firstDifference(path, e, g);
        return d.isEmpty() ? "" : "; " + d;
    }

    private static String firstDifference(String path, JsonNode e, JsonNode g) {
        if (e.isObject()) {
            for (var entry : e.properties()) {
                JsonNode other = g.path(entry.getKey());
                String d = difference(path + "." + entry.getKey(), entry.getValue(), other);
                if (!d.isEmpty()) {
                    return d;
                }
            }
            return "";
        }
        for (int i = 0; i < Math.min(e.size(), g.size()); i++) {
            String d = difference(path + "[" + i + "]", e.get(i), g.get(i));
            if (!d.isEmpty()) {
                return d;
            }
        }
        return "";
    }

    private static String changed(String path, JsonNode e, JsonNode g) {
        if (e.isTextual() && g.isTextual()) {
            String a = e.textValue();
            String b = g.textValue();
            int at = 0;
            while (at < Math.min(a.length(), b.length()) && a.charAt(at) == b.charAt(at)) {
                at++;
            }
            return path + " differs from character " + at + " on: " + cut(g, at) + " instead of " + cut(e, at);
        }
        return path + " is " + (g.isMissingNode() ? "missing" : cut(g, 0)) + " instead of " + cut(e, 0);
    }

    private static String cut(JsonNode n, int from) {
        String s = n.isTextual() ? n.textValue().substring(from) : n.toString();
        return "'" + (s.length() > 60 ? s.substring(0, 60) + "..." : s) + "'";
    }

    /** Numbers in nested lists of equal length as a tensor, or null if it is something else. */
    static Numbers flat(JsonNode node) {
        List<Long> dims = new ArrayList<>();
        for (JsonNode n = node; n.isArray(); n = n.get(0)) {
            dims.add((long) n.size());
            if (n.isEmpty()) {
                break;
            }
        }
        Shape shape = Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
        List<Double> values = new ArrayList<>();
        if (!collect(node, shape, 0, values)) {
            return null;
        }
        return new Numbers(shape, values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static boolean collect(JsonNode node, Shape shape, int axis, List<Double> values) {
        if (axis == shape.rank()) {
            values.add(node.doubleValue());
            return node.isNumber();
        }
        if (!node.isArray() || node.size() != shape.dim(axis)) {
            return false;
        }
        for (JsonNode n : node) {
            if (!collect(n, shape, axis + 1, values)) {
                return false;
            }
        }
        return true;
    }
}
