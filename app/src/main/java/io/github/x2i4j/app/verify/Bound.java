package io.github.x2i4j.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * What one output of a golden case may differ by; a bound that is not stated is infinite.
 *
 * @param relL2 largest L2 norm of the difference, over the L2 norm of the expected values
 * @param maxAbs largest absolute difference of an element
 * @param exact whether every element has to be equal
 */
record Bound(double relL2, double maxAbs, boolean exact) {

    /**
     * Reads the value of one key of {@code tolerance}.
     *
     * @throws IllegalArgumentException if it states no bound, or one that is unknown
     */
    static Bound read(String output, JsonNode node) {
        double relL2 = Double.POSITIVE_INFINITY;
        double maxAbs = Double.POSITIVE_INFINITY;
        boolean exact = false;
        for (Map.Entry<String, JsonNode> e : node.properties()) {
            switch (e.getKey()) {
                case "rel_l2" -> relL2 = number(output, e);
                case "max_abs" -> maxAbs = number(output, e);
                case "exact" -> exact = e.getValue().asBoolean();
                default -> throw new IllegalArgumentException("unknown bound " + e.getKey() + " of output " + output);
            }
        }
        if (!exact && relL2 == Double.POSITIVE_INFINITY && maxAbs == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("no bound for output " + output);
        }
        return new Bound(relL2, maxAbs, exact);
    }

    private static double number(String output, Map.Entry<String, JsonNode> e) {
        if (!e.getValue().isNumber() || !(e.getValue().doubleValue() >= 0)) {
            throw new IllegalArgumentException(e.getKey() + " of output " + output + " is no number from 0 on");
        }
        return e.getValue().doubleValue();
    }

    /** The same with the two numeric bounds multiplied. */
    Bound scaled(double factor) {
        return new Bound(relL2 * factor, maxAbs * factor, exact);
    }

    boolean holds(double gotRelL2, double gotMaxAbs, boolean equal) {
        return gotRelL2 <= relL2 && gotMaxAbs <= maxAbs && (equal || !exact);
    }

    /** How much of the bound is used up: above 1 where it does not hold. */
    double used(double gotRelL2, double gotMaxAbs, boolean equal) {
        if (exact && !equal) {
            return Double.POSITIVE_INFINITY;
        }
        return Math.max(share(gotRelL2, relL2), share(gotMaxAbs, maxAbs));
    }

    private static double share(double got, double bound) {
        return got == 0 || bound == Double.POSITIVE_INFINITY ? 0 : got / bound;
    }
}
