package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The binder over a {@link Checkpoint}: a path, and what all binders of one checkpoint share. */
final class BoundWeights implements Weights {
    private static final System.Logger LOG = System.getLogger("io.github.x2i4j.loader");

    /** Names listed in an error or warning before only their count is given. */
    private static final int LISTED = 20;

    /** State of the whole binding. Names are the model's, except where said. */
    private static final class Binding {
        final Checkpoint checkpoint;
        final NameMap names;
        final Fp8Scales scales;
        final Map<String, Assembly> tensors = new HashMap<>();
        final Set<String> unusedStored = new TreeSet<>();
        final List<String> ignoredPrefixes = new ArrayList<>();
        final Map<String, String> missing = new LinkedHashMap<>();
        final Map<String, String> wrong = new LinkedHashMap<>();
        final Map<String, String> unsupported = new LinkedHashMap<>();

        Binding(Checkpoint checkpoint, NameMap dialect) {
            this.checkpoint = checkpoint;
            scales = new Fp8Scales(checkpoint);
            names = dialect.given(checkpoint.tensors().keySet());
            for (String stored : checkpoint.tensors().keySet()) {
                if (!scales.isAbout(stored)) {
                    unusedStored.add(stored);
                    names.uses(stored).forEach(use -> add(stored, use));
                }
            }
            for (NameMap.Duplicate d : names.duplicates()) {
                Assembly copy = tensors.get(d.stored());
                if (copy != null) {
                    unusedStored.removeAll(copy.stored());
                    tensors.putIfAbsent(d.model(), copy);
                }
            }
        }

        private void add(String stored, NameMap.Use use) {
            String other = tensors.computeIfAbsent(use.model(), n -> new Assembly(use.positions())).add(stored, use);
            if (other != null) {
                wrong.put(use.model(), "is stored twice, as " + InputFiles.shown(other) + " and " + InputFiles.shown(stored));
            }
        }

        /** How a tensor is made, or null if it, or a piece of it, is not there. */
        Assembly complete(String name) {
            Assembly a = tensors.get(name);
            return a != null && a.complete() ? a : null;
        }
    }

    private final Binding binding;
    private final String prefix;

    private BoundWeights(Binding binding, String prefix) {
        this.binding = binding;
        this.prefix = prefix;
    }

    static Weights root(Checkpoint checkpoint, NameMap names) {
        return new BoundWeights(new Binding(checkpoint, names), "");
    }

    @Override
    public Weights at(String path) {
        return new BoundWeights(binding, prefix + path + ".");
    }

    @Override
    public boolean has(String name) {
        return binding.complete(prefix + name) != null;
    }

    @Override
    public int count(String path) {
        return Numbered.count(binding.tensors.keySet(), prefix + path + ".");
    }

    @Override
    public Path file() {
        return binding.checkpoint.path();
    }

    @Override
    public Shape shape(String name) {
        Assembly a = binding.complete(prefix + name);
        try {
            return a == null ? null : a.shape(binding.checkpoint);
        } catch (InvalidInputException e) {
            return null; // told when it is bound
        }
    }

    @Override
    public Tensor matrix(String name, long... shape) {
        Tensor t = find(prefix + name, shape);
        return t.dtype() == DType.F64 ? Widened.toF32(binding.checkpoint, t) : t;
    }

    @Override
    public Tensor vector(String name, long... shape) {
        Tensor t = find(prefix + name, shape);
        return t.dtype() == DType.F32 ? t : Widened.toF32(binding.checkpoint, t);
    }

    @Override
    public void ignore(String namePrefix) {
        binding.ignoredPrefixes.add(prefix + namePrefix);
    }

    private Tensor find(String name, long[] expected) {
        Assembly a = binding.complete(name);
        if (a == null) {
            Assembly some = binding.tensors.get(name);
            binding.missing.putIfAbsent(name, InputFiles.shown(name) + " " + shown(expected)
                    + (some == null ? "" : " (only a part of it is there, " + String.join(", ", some.stored()) + ")"));
            return placeholder(name, expected);
        }
        binding.unusedStored.removeAll(a.stored());
        Tensor t;
        try {
            Shape found = a.shape(binding.checkpoint);
            if (!matches(found, expected)) {
                binding.wrong.putIfAbsent(name, "has shape " + found + ", expected " + shown(expected) + from(name, a));
                return placeholder(name, expected);
            }
            t = a.tensor(binding.checkpoint, binding.scales);
        } catch (InvalidInputException e) {
            binding.wrong.putIfAbsent(name, e.getMessage());
            return placeholder(name, expected);
        } catch (UnsupportedFeatureException e) {
            binding.unsupported.putIfAbsent(name, e.getMessage());
            return placeholder(name, expected);
        }
        if (!t.dtype().isFloat()) {
            binding.wrong.putIfAbsent(name, "holds " + t.dtype() + ", expected a floating-point type" + from(name, a));
            return placeholder(name, expected);
        }
        return t.rank() == expected.length ? t : t.reshape(Arrays.copyOf(t.shape().toArray(), expected.length));
    }

    /** Where a tensor comes from, if its name and the path of the checkpoint do not say so. */
    private String from(String name, Assembly a) {
        List<String> parts = new ArrayList<>();
        if (!a.stored().equals(List.of(name))) {
            parts.add("stored as " + a.stored().stream().map(InputFiles::shown).collect(Collectors.joining(", ")));
        }
        Path file = binding.checkpoint.tensors().get(a.stored().iterator().next()).file();
        if (!file.equals(binding.checkpoint.path())) {
            parts.add(file.getFileName().toString());
        }
        return parts.isEmpty() ? "" : " (" + String.join(" in ", parts) + ")";
    }

    /** Axes of one entry at the end may be stored in addition: some files keep matrices as 1x1 convolutions. */
    private static boolean matches(Shape found, long[] expected) {
        if (found.rank() < expected.length || found.product(expected.length, found.rank()) != 1) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != -1 && expected[i] != found.dim(i)) {
                return false;
            }
        }
        return true;
    }

    /** A tensor of the expected shape (1 where any size would do) without content. */
    private Tensor placeholder(String name, long[] expected) {
        long[] dims = Arrays.stream(expected).map(d -> d == -1 ? 1 : d).toArray();
        try {
            Shape shape = Shape.of(dims);
            return new Tensor(DType.F32, shape, HostStorage.absent(DType.F32.bytes(shape.elements())), 0);
        } catch (ArithmeticException e) {
            binding.wrong.putIfAbsent(name, "would be too large with the shape " + shown(expected) + " that the configuration asks for");
            return new Tensor(DType.F32, Shape.of(0), HostStorage.absent(0), 0);
        }
    }

    @Override
    public void finish() {
        Path path = binding.checkpoint.path();
        List<String> problems = new ArrayList<>();
        if (!binding.missing.isEmpty()) {
            problems.add(count(binding.missing.size(), "tensor", " missing: ") + list(binding.missing.values()));
        }
        if (!binding.wrong.isEmpty()) {
            List<String> lines = binding.wrong.entrySet().stream().map(e -> InputFiles.shown(e.getKey()) + " " + e.getValue()).toList();
            problems.add(count(lines.size(), "tensor", " not as expected: ") + list(lines));
        }
        if (!binding.unsupported.isEmpty()) {
            String first = binding.unsupported.values().iterator().next();
            int others = binding.unsupported.size() - 1;
            if (problems.isEmpty()) {
                throw new UnsupportedFeatureException(first + (others == 0 ? "" : " (" + others + " more like it)"));
            }
            problems.add(first + (others == 0 ? "" : " (" + others + " more like it)"));
        }
        if (!problems.isEmpty()) {
            throw new InvalidInputException(path + ": " + String.join("; ", problems)
                    + "; check that these weights belong to this model and configuration");
        }
        warnOfUnused(path);
    }

    private void warnOfUnused(Path path) {
        List<String> unused = new ArrayList<>();
        for (String stored : binding.unusedStored) {
            boolean ignored = binding.names.isPassedOver(stored) || binding.names.uses(stored).stream()
                    .anyMatch(use -> binding.ignoredPrefixes.stream().anyMatch(use.model()::startsWith));
            if (!ignored) {
                unused.add(InputFiles.shown(stored));
            }
        }
        if (!unused.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, path + ": " + count(unused.size(), "tensor", " not used: ") + list(unused));
        }
    }

    private static String count(int n, String what, String rest) {
        return n + " " + what + (n == 1 ? "" : "s") + rest;
    }

    private static String list(java.util.Collection<String> all) {
        String first = String.join(", ", all.stream().limit(LISTED).toList());
        return all.size() > LISTED ? first + ", and " + (all.size() - LISTED) + " more" : first;
    }

    private static String shown(long[] shape) {
        return Arrays.toString(shape).replace("-1", "any");
    }
}
