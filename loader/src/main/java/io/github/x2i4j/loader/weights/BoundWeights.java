package io.github.x2i4j.loader.weights;

import io.github.x2i4j.engine.DType;
import io.github.x2i4j.engine.HostStorage;
import io.github.x2i4j.engine.InvalidInputException;
import io.github.x2i4j.engine.Shape;
import io.github.x2i4j.engine.Tensor;
import io.github.x2i4j.engine.UnsupportedFeatureException;
import io.github.x2i4j.loader.files.InputFiles;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The binder over a {@link Checkpoint}: a path, and what all binders of one checkpoint share. */
final class BoundWeights implements Weights {
    private static final System.Logger LOG = System.getLogger("io.github.x2i4j.loader");

    /** Names listed in an error or warning before only their count is given. */
    private static final int LISTED = 20;

    /** State of the whole binding. Names are the model's, except where said. */
    private static final class Binding {
        final Checkpoint checkpoint;
        final Map<String, String> storedNames = new HashMap<>();
        final Set<String> unusedStored = new TreeSet<>();
        final List<String> ignoredPrefixes = new ArrayList<>();
        final Map<String, String> missing = new LinkedHashMap<>();
        final Map<String, String> wrong = new LinkedHashMap<>();
        final Map<String, String> unsupported = new LinkedHashMap<>();

        Binding(Checkpoint checkpoint, NameMap names) {
            this.checkpoint = checkpoint;
            for (String stored : checkpoint.tensors().keySet()) {
                String name = names.toModel(stored);
                unusedStored.add(stored);
                String other = storedNames.putIfAbsent(name, stored);
                if (other != null) {
                    wrong.put(name, "is stored twice, as " + InputFiles.shown(other) + " and " + InputFiles.shown(stored));
                }
            }
            for (NameMap.Duplicate d : names.duplicates()) {
                String stored = storedNames.get(d.stored());
                if (stored != null) {
                    unusedStored.remove(stored);
                    storedNames.putIfAbsent(d.model(), stored);
                }
            }
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
        return binding.storedNames.containsKey(prefix + name);
    }

    @Override
    public Shape shape(String name) {
        String stored = binding.storedNames.get(prefix + name);
        return stored == null ? null : binding.checkpoint.tensors().get(stored).shape();
    }

    @Override
    public Tensor matrix(String name, long... shape) {
        Tensor t = find(prefix + name, shape);
        return t.dtype() == DType.F64 ? toF32(t) : t;
    }

    @Override
    public Tensor vector(String name, long... shape) {
        Tensor t = find(prefix + name, shape);
        return t.dtype() == DType.F32 ? t : toF32(t);
    }

    @Override
    public void ignore(String namePrefix) {
        binding.ignoredPrefixes.add(prefix + namePrefix);
    }

    private Tensor find(String name, long[] expected) {
        String stored = binding.storedNames.get(name);
        if (stored == null) {
            binding.missing.putIfAbsent(name, InputFiles.shown(name) + " " + shown(expected));
            return placeholder(name, expected);
        }
        binding.unusedStored.remove(stored);
        TensorInfo info = binding.checkpoint.tensors().get(stored);
        if (!matches(info.shape(), expected)) {
            binding.wrong.putIfAbsent(name, "has shape " + info.shape() + ", expected " + shown(expected) + in(info));
            return placeholder(name, expected);
        }
        Tensor t;
        try {
            t = binding.checkpoint.tensor(stored);
        } catch (UnsupportedFeatureException e) {
            binding.unsupported.putIfAbsent(name, e.getMessage());
            return placeholder(name, expected);
        }
        if (!t.dtype().isFloat()) {
            binding.wrong.putIfAbsent(name, "holds " + t.dtype() + ", expected a floating-point type" + in(info));
            return placeholder(name, expected);
        }
        return t;
    }

    private String in(TensorInfo info) {
        return info.file().equals(binding.checkpoint.path()) ? "" : " (" + info.file().getFileName() + ")";
    }

    private static boolean matches(Shape found, long[] expected) {
        if (found.rank() != expected.length) {
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

    /** The values of a floating-point tensor in F32, rounded to nearest. */
    private Tensor toF32(Tensor t) {
        if (t.dtype() == DType.F32) {
            return t;
        }
        long n = t.elements();
        HostStorage storage = binding.checkpoint.allocate(DType.F32.bytes(n));
        MemorySegment to = storage.segment();
        MemorySegment from = t.segment();
        switch (t.dtype()) {
            case F64 -> {
                for (long i = 0; i < n; i++) {
                    to.set(Tensor.FLOAT, 4 * i, (float) from.get(Tensor.DOUBLE, 8 * i));
                }
            }
            case F16 -> {
                for (long i = 0; i < n; i++) {
                    to.set(Tensor.FLOAT, 4 * i, Float.float16ToFloat(from.get(Tensor.SHORT, 2 * i)));
                }
            }
            case BF16 -> {
                for (long i = 0; i < n; i++) {
                    to.set(Tensor.INT, 4 * i, from.get(Tensor.SHORT, 2 * i) << 16);
                }
            }
            default -> throw new IllegalStateException(t + " is no weight");
        }
        return new Tensor(DType.F32, t.shape(), storage, 0);
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
        Map<String, String> modelNames = new HashMap<>();
        binding.storedNames.forEach((model, stored) -> modelNames.put(stored, model));
        List<String> unused = new ArrayList<>();
        for (String stored : binding.unusedStored) {
            String model = modelNames.getOrDefault(stored, stored);
            if (binding.ignoredPrefixes.stream().noneMatch(model::startsWith)) {
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
