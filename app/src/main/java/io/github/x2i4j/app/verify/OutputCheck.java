package io.github.x2i4j.app.verify;

/**
 * One output of a case against the reference.
 *
 * @param output its name
 * @param passed whether its bound holds
 * @param relL2 L2 norm of the difference over the L2 norm of the expected values; infinite where they cannot be compared
 * @param maxAbs largest absolute difference; infinite where they cannot be compared
 * @param used share of the bound that is used up, above 1 where it does not hold
 * @param problem why it cannot be compared, or the first difference; empty where it passed
 */
public record OutputCheck(String output, boolean passed, double relL2, double maxAbs, double used, String problem) {

    static OutputCheck failed(String output, String problem) {
        return new OutputCheck(output, false, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY,
                problem);
    }
}
