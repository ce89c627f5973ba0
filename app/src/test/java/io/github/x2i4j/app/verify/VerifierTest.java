package io.github.x2i4j.app.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.x2i4j.app.verify.CaseResult.Status;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.weights.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {
    private static final String CASE = """
            {"component": "toy", "args": {}, "tolerance": {"y": {"rel_l2": 1e-3, "max_abs": 0.01}}}""";
    private static final float[] Y = {1, 2, -3, 0};

    @TempDir
    private Path root;

    private interface Body {
        Outputs run(GoldenCase golden) throws Exception;
    }

    private static CaseResult verify(CaseFolder folder, double scale, Body body) {
        Component toy = new Component() {
            @Override
            public String name() {
                return "toy";
            }

            @Override
            public Outputs run(GoldenCase golden, Engine engine) throws Exception {
                return body.run(golden);
            }
        };
        return new Verifier(List.of(toy), Checkpoints::open, null, scale).verify(folder.path());
    }

    private static CaseResult verify(CaseFolder folder, Body body) {
        return verify(folder, 1, body);
    }

    private CaseFolder toy() throws IOException {
        return CaseFolder.of(root, "toy", "a", CASE).tensor("expected.safetensors", "y", Y, 2, 2);
    }

    @Test
    void valuesWithinTheTolerancePassAndTheLineHoldsTheNumbers() throws IOException {
        CaseResult r = verify(toy(), g -> new Outputs().put("y", new float[] {1, 2, -3.001f, 0}, 2, 2));
        assertThat(r.status()).isEqualTo(Status.PASS);
        assertThat(r.line()).matches("PASS toy/a y 2\\.67e-04 1\\.00e-03 \\d+\\.\\d{3}");
        assertThat(r.outputs().numbers().get("y").values()[1]).isEqualTo(2);
    }

    @Test
    void inputsReachTheComponent() throws IOException {
        CaseFolder folder = toy().tensor("inputs.safetensors", "x", Y, 4);
        assertThat(verify(folder, g -> new Outputs().put("y", g.input("x").reshape(2, 2))).status()).isEqualTo(Status.PASS);
        assertThat(verify(folder, g -> new Outputs().put("y", g.input("z"))).line()).startsWith("FAIL toy/a ")
                .contains("no tensor z");
    }

    @Test
    void eachNumericBoundFailsOnItsOwn() throws IOException {
        CaseFolder folder = toy();
        assertThat(verify(folder, g -> new Outputs().put("y", new float[] {1, 2, -3.005f, 0}, 2, 2)).status())
                .as("rel_l2 0.0013").isEqualTo(Status.FAIL);
        String json = "{\"component\": \"toy\", \"tolerance\": {\"y\": {\"rel_l2\": 1, \"max_abs\": 0.004}}}";
        CaseFolder absolute = CaseFolder.of(root, "toy", "b", json).tensor("expected.safetensors", "y", Y, 2, 2);
        CaseResult r = verify(absolute, g -> new Outputs().put("y", new float[] {1, 2, -3.005f, 0}, 2, 2));
        assertThat(r.line()).matches("FAIL toy/b y 1\\.34e-03 5\\.00e-03 .*");
    }

    @Test
    void toleranceScaleWidensNumericBoundsOnly() throws IOException {
        Body off = g -> new Outputs().put("y", new float[] {1, 2, -3.005f, 0}, 2, 2);
        assertThat(verify(toy(), 2, off).status()).isEqualTo(Status.PASS);
        CaseFolder exact = CaseFolder.of(root, "toy", "b", "{\"component\": \"toy\", \"tolerance\": {\"y\": {\"exact\": true}}}")
                .tensor("expected.safetensors", "y", Y, 2, 2);
        CaseResult r = verify(exact, 1e9, off);
        assertThat(r.line()).startsWith("FAIL toy/b y ").contains("element 2 is -3.00").contains("instead of -3.0");
        assertThat(verify(exact, g -> new Outputs().put("y", Y, 2, 2)).line()).startsWith("PASS toy/b y 0 0 ");
        assertThatThrownBy(() -> verify(exact, 0, off)).isInstanceOf(InvalidInputException.class);
        assertThatThrownBy(() -> verify(exact, Double.NaN, off)).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void nanAndInfinityFailWhereTheReferenceIsFinite() throws IOException {
        CaseFolder folder = CaseFolder.of(root, "toy", "wide",
                "{\"component\": \"toy\", \"tolerance\": {\"y\": {\"rel_l2\": 1e300}}}")
                .tensor("expected.safetensors", "y", Y, 4);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            CaseResult r = verify(folder, g -> new Outputs().put("y", new float[] {1, bad, -3, 0}, 4));
            assertThat(r.line()).startsWith("FAIL toy/wide y inf inf ").contains("element 1 is " + bad);
        }
    }

    @Test
    void nonFiniteReferenceValuesHaveToBeReproduced() throws IOException {
        float[] y = {1, Float.NaN, Float.NEGATIVE_INFINITY, 0};
        CaseFolder folder = CaseFolder.of(root, "toy", "inf", CASE).tensor("expected.safetensors", "y", y, 4);
        assertThat(verify(folder, g -> new Outputs().put("y", y, 4)).status()).isEqualTo(Status.PASS);
        assertThat(verify(folder, g -> new Outputs().put("y", new float[] {1, 1, y[2], 0}, 4)).status())
                .isEqualTo(Status.FAIL);
    }

    @Test
    void aReferenceOfZerosAllowsNoRelativeDifference() throws IOException {
        CaseFolder folder = CaseFolder.of(root, "toy", "zero", CASE).tensor("expected.safetensors", "y", new float[2], 2);
        assertThat(verify(folder, g -> new Outputs().put("y", new float[2], 2)).status()).isEqualTo(Status.PASS);
        assertThat(verify(folder, g -> new Outputs().put("y", new float[] {0, 1e-30f}, 2)).line())
                .startsWith("FAIL toy/zero y inf 1.00e-30 ");
    }

    @Test
    void missingOutputsAndOtherShapesFail() throws IOException {
        assertThat(verify(toy(), g -> new Outputs().put("z", Y, 2, 2)).line()).startsWith("FAIL toy/a y inf inf ")
                .endsWith(" missing");
        assertThat(verify(toy(), g -> new Outputs().put("y", Y, 4)).line()).startsWith("FAIL toy/a y ")
                .endsWith("shape [4] instead of [2, 2]");
    }

    @Test
    void theOutputNearestToItsBoundIsTheWorstAndAFailedOneBeforeAll() throws IOException {
        String json = """
                {"component": "toy", "tolerance": {"y": {"max_abs": 1}, "text": {"exact": true}}}""";
        CaseFolder folder = CaseFolder.of(root, "toy", "two", json).tensor("expected.safetensors", "y", Y, 4)
                .expectedJson("{\"text\": \"abc\"}");
        float[] near = {1, 2, -3, 0.5f};
        CaseResult passed = verify(folder, g -> new Outputs().put("y", near, 4).putJson("text", "abc"));
        assertThat(passed.line()).startsWith("PASS toy/two y 1.34e-01 5.00e-01 ");
        assertThat(passed.outputLines()).containsExactly("  pass y 1.34e-01 5.00e-01", "  pass text 0 0");
        CaseResult failed = verify(folder, g -> new Outputs().put("y", near, 4).putJson("text", "abd"));
        assertThat(failed.line()).startsWith("FAIL toy/two text ").endsWith("text differs from character 2 on: 'd' instead of 'c'");
    }

    @Test
    void jsonOutputsCompareByValue() throws IOException {
        String json = "{\"component\": \"toy\", \"tolerance\": {\"ids\": {\"exact\": true}}}";
        CaseFolder folder = CaseFolder.of(root, "toy", "ids", json).expectedJson("{\"ids\": [[1, 2], [3], []]}");
        List<List<Integer>> same = List.of(List.of(1, 2), List.of(3), List.of());
        assertThat(verify(folder, g -> new Outputs().putJson("ids", same)).status()).isEqualTo(Status.PASS);
        assertThat(verify(folder, g -> new Outputs().putJson("ids", List.of(List.of(1, 2), List.of(4), List.of()))).line())
                .endsWith("ids[1][0] is '4' instead of '3'");
        assertThat(verify(folder, g -> new Outputs().putJson("ids", List.of(List.of(1), List.of(3), List.of()))).line())
                .endsWith("ids[0] has 1 entries instead of 2");
        CaseFolder row = CaseFolder.of(root, "toy", "row", json).expectedJson("{\"ids\": [1, 2]}");
        assertThat(verify(row, g -> new Outputs().put("ids", new long[] {1, 2}, 2)).status()).isEqualTo(Status.PASS);
        assertThat(verify(row, g -> new Outputs().put("ids", new long[] {1, 3}, 2)).status()).isEqualTo(Status.FAIL);
        CaseFolder number = CaseFolder.of(root, "toy", "fps", json).expectedJson("{\"ids\": 25.0}");
        assertThat(verify(number, g -> new Outputs().putJson("ids", 25)).status()).isEqualTo(Status.PASS);
    }

    @Test
    void unknownComponentsAndUnsupportedFeaturesAreSkippedWithTheReason() throws IOException {
        CaseFolder other = CaseFolder.of(root, "other", "a", CASE.replace("toy", "other"));
        assertThat(verify(other, g -> new Outputs()).line()).isEqualTo("SKIP other/a unknown component");
        assertThat(verify(toy(), g -> {
            throw new UnsupportedFeatureException("no tubas");
        }).line()).isEqualTo("SKIP toy/a no tubas");
    }

    @Test
    void whatAComponentThrowsFailsItsCase() throws IOException {
        assertThat(verify(toy(), g -> {
            throw new InvalidInputException("model.safetensors:\n cut off");
        }).line()).isEqualTo("FAIL toy/a model.safetensors: cut off");
        assertThat(verify(toy(), g -> {
            throw new AssertionError("hm");
        }).line()).startsWith("FAIL toy/a ").contains("AssertionError: hm");
    }

    @Test
    void casesThatCannotBeReadFailWithTheMessage() throws IOException {
        String[][] broken = {{"{\"component\": ", "not valid JSON"}, {"[]", "expected a JSON object"}, {"", "expected a JSON object"},
            {"{\"tolerance\": {\"y\": {\"rel_l2\": 1}}}", "component"},
            {"{\"component\": \"toy\"}", "nothing would be checked"},
            {"{\"component\": \"toy\", \"tolerance\": {\"y\": {}}}", "no bound for output y"},
            {"{\"component\": \"toy\", \"tolerance\": {\"y\": {\"rel_l3\": 1}}}", "unknown bound rel_l3"},
            {"{\"component\": \"toy\", \"tolerance\": {\"y\": {\"rel_l2\": \"1\"}}}", "no number"},
            {"{\"component\": \"toy\", \"model\": 3, \"tolerance\": {\"y\": {\"rel_l2\": 1}}}", "model"}};
        for (String[] b : broken) {
            CaseFolder folder = CaseFolder.of(root, "toy", "broken", b[0]).tensor("expected.safetensors", "y", Y, 4);
            assertThat(verify(folder, g -> new Outputs().put("y", Y, 4)).line()).startsWith("FAIL toy/broken ").contains(b[1]);
        }
        CaseFolder without = CaseFolder.of(root, "toy", "without", CASE);
        assertThat(verify(without, g -> new Outputs().put("y", Y, 4)).line()).startsWith("FAIL toy/without ")
                .contains("tolerance names y");
        CaseFolder cut = toy();
        Files.write(cut.path().resolve("expected.safetensors"), new byte[] {5, 0, 0});
        assertThat(verify(cut, g -> new Outputs().put("y", Y, 4)).line()).startsWith("FAIL toy/a ")
                .contains("expected.safetensors");
    }
}
