package io.github.x2i4j.app.verify;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.x2i4j.engine.Engine;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.engine.X2iException;
import io.github.x2i4j.loader.weights.Checkpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs golden cases and compares what comes out with the reference. */
public final class Verifier {
    private final Map<String, Component> components = new HashMap<>();
    private final Function<Path, Checkpoint> open;
    private final Engine engine;
    private final double toleranceScale;

    /**
     * @param open opens a safetensors file
     * @param engine what components compute with
     * @param toleranceScale factor on every rel_l2 and max_abs; exact stays exact
     */
    public Verifier(Collection<Component> components, Function<Path, Checkpoint> open, Engine engine, double toleranceScale) {
        for (Component c : components) {
            if (this.components.put(c.name(), c) != null) {
                throw new IllegalArgumentException("two components named " + c.name());
            }
        }
        if (!(toleranceScale > 0) || Double.isInfinite(toleranceScale)) {
            throw new InvalidInputException("the tolerance scale is " + toleranceScale + "; it must be a number above 0");
        }
        this.open = open;
        this.engine = engine;
        this.toleranceScale = toleranceScale;
    }

    /** Runs one case. Nothing is thrown for a case that cannot be read or run: it has failed, with the message. */
    public CaseResult verify(Path folder) {
        CaseFile file;
        try {
            file = CaseFile.read(folder);
        } catch (X2iException e) {
            return CaseResult.failed(folder, parentName(folder), CaseFile.nameOf(folder), e.getMessage(), 0, e);
        }
        Component component = components.get(file.component());
        if (component == null) {
            return CaseResult.skipped(folder, file.component(), file.name(), "unknown component");
        }
        long start = System.nanoTime();
        try {
            Map<String, Expected> expected = expected(file);
            Outputs outputs = run(component, file);
            double seconds = seconds(start);
            List<OutputCheck> checks = new ArrayList<>();
            expected.forEach((output, e) -> checks.add(e.check(output, outputs, file.tolerance().get(output)
                    .scaled(toleranceScale))));
            return CaseResult.compared(folder, file.component(), file.name(), checks, seconds, outputs);
        } catch (SkipException e) {
            return CaseResult.skipped(folder, file.component(), file.name(), e.getMessage());
        } catch (X2iException e) {
            return CaseResult.failed(folder, file.component(), file.name(), e.getMessage(), seconds(start), e);
        } catch (Throwable e) { // one broken case must not hide the others, whatever it threw
            return CaseResult.failed(folder, file.component(), file.name(), e.toString(), seconds(start), e);
        }
    }

    /** The component of a case as far as it can be told: the folder above it says so where case.json cannot be read. */
    static String componentOf(Path folder) {
        try {
            return CaseFile.read(folder).component();
        } catch (X2iException e) {
            return parentName(folder);
        }
    }

    private static String parentName(Path folder) {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        return parent == null ? "" : CaseFile.nameOf(parent);
    }

    private Outputs run(Component component, CaseFile file) throws Exception {
        Path inputs = file.folder().resolve("inputs.safetensors");
        try (Checkpoint in = Files.exists(inputs) ? open.apply(inputs) : null) {
            Map<String, Tensor> tensors = new HashMap<>();
            if (in != null) {
                in.tensors().keySet().forEach(name -> tensors.put(name, in.tensor(name)));
            }
            return component.run(new GoldenCase(file.folder(), file.component(), file.name(), file.model(), file.args(),
                    tensors, file.tolerance().keySet()), engine);
        } catch (UnsupportedFeatureException e) {
            throw new SkipException(e);
        }
    }

    /** The reference's value of every output that is checked, in the order of case.json. */
    private Map<String, Expected> expected(CaseFile file) {
        Path tensors = file.folder().resolve("expected.safetensors");
        Path json = file.folder().resolve("expected.json");
        Map<String, Expected> all = new LinkedHashMap<>();
        try (Checkpoint stored = Files.exists(tensors) ? open.apply(tensors) : null) {
            JsonNode values = Files.exists(json) ? CaseFile.readJson(json) : null;
            for (String output : file.tolerance().keySet()) {
                if (stored != null && stored.tensors().containsKey(output)) {
                    Outputs copy = new Outputs().put(output, stored.tensor(output));
                    all.put(output, new Expected(copy.numbers().get(output), null));
                } else if (values != null && values.has(output)) {
                    all.put(output, new Expected(null, values.get(output)));
                } else {
                    throw new InvalidInputException(file.folder() + ": tolerance names " + output
                            + ", of which neither expected.safetensors nor expected.json holds a value");
                }
            }
        }
        return all;
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) * 1e-9;
    }

    /** A reference value: numbers of expected.safetensors or a value of expected.json. */
    private record Expected(Outputs.Numbers numbers, JsonNode json) {
        OutputCheck check(String output, Outputs outputs, Bound bound) {
            Outputs.Numbers got = outputs.numbers().get(output);
            Object gotJson = outputs.json().get(output);
            if (got == null && gotJson == null) {
                return OutputCheck.failed(output, "missing");
            }
            Outputs.Numbers want = numbers != null || got == null ? numbers : Comparison.flat(json);
            if (got == null && numbers != null) {
                got = Comparison.flat(CaseFile.toJson(gotJson));
            }
            if (want != null && got != null) {
                return Comparison.numbers(output, want, got, bound);
            }
            return json == null || gotJson == null ? OutputCheck.failed(output, "not of the reference's kind")
                    : Comparison.json(output, json, CaseFile.toJson(gotJson), bound);
        }
    }

    /** A component that says that it does not do this. */
    private static final class SkipException extends RuntimeException {
        private static final long serialVersionUID = 1;

        SkipException(UnsupportedFeatureException cause) {
            super(cause.getMessage(), cause);
        }
    }
}
