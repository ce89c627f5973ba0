package io.github.x2i4j.loader.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A dialect of tensor names: declarative rules that turn the names stored in a file into the names that a model uses. Rules apply
 * in the order they were given, each to the outcome of those before it; a rule that does not match changes nothing, so one map
 * serves files of several dialects. A stored tensor may be cut into several of the model's, and several may make up one.
 *
 * <pre>{@code
 * NameMap QWEN = NameMap.IDENTITY
 *         .prefix("model.visual.", "visual.")
 *         .prefix("model.language_model.", "model.");
 * NameMap T5 = NameMap.IDENTITY.duplicate("encoder.embed_tokens.weight", "shared.weight");
 * NameMap FLUX = NameMap.IDENTITY.cut("img_attn.qkv", "attn.to_q", "attn.to_k", "attn.to_v");
 * }</pre>
 */
public final class NameMap {
    /** Names as stored. */
    public static final NameMap IDENTITY = new NameMap(List.of(), List.of(), List.of());

    /** Drops the {@code module.} that PyTorch's data-parallel wrappers put in front of every name. */
    public static final NameMap UNWRAPPED = IDENTITY.prefix("module.", "");

    /** A stored name that repeats another: it serves where the other is absent and is otherwise passed over. */
    record Duplicate(String stored, String model) {
    }

    /**
     * What becomes of a stored tensor: rows {@code from / of} to {@code to / of} of it are piece {@code position} of the
     * {@code positions} pieces of a tensor of the model.
     *
     * @param axis along which the pieces are joined
     * @param stacked whether that axis is made by joining, each piece being one entry of it
     */
    public record Use(String model, int from, int to, int of, int position, int positions, int axis, boolean stacked) {
        static Use whole(String name) {
            return new Use(name, 0, 1, 1, 0, 1, 0, false);
        }

        Use named(String name) {
            return new Use(name, from, to, of, position, positions, axis, stacked);
        }

        Use rows(int first, int end, int parts) {
            return new Use(model, first, end, parts, position, positions, axis, stacked);
        }

        Use piece(int number, int count, int along, boolean stack) {
            return new Use(model, from, to, of, number, count, along, stack);
        }
    }

    /**
     * A part of a stored tensor under the name that the model has for it.
     *
     * @param rows how many of the equal parts that all shares together make
     */
    public record Share(String model, int rows) {
    }

    private interface Rule {
        List<Use> apply(Use use);

        /** This rule where a file holds these names, as the rules before left them. */
        default Rule given(Collection<String> names) {
            return this;
        }

        /** True if {@link #given} makes a difference. */
        default boolean depends() {
            return false;
        }
    }

    private final List<Rule> rules;
    private final List<Duplicate> duplicates;
    private final List<String> others;

    private NameMap(List<Rule> rules, List<Duplicate> duplicates, List<String> others) {
        this.rules = rules;
        this.duplicates = duplicates;
        this.others = others;
    }

    /** Names that begin with {@code stored} begin with {@code model} instead. */
    public NameMap prefix(String stored, String model) {
        return rename(name -> name.startsWith(stored) ? model + name.substring(stored.length()) : name);
    }

    /**
     * Whole dotted parts of a name, wherever they stand, become others: {@code part("proj_attn", "to_out.0")} makes
     * {@code mid.proj_attn.bias} into {@code mid.to_out.0.bias}. {@code stored} may hold dots itself.
     */
    public NameMap part(String stored, String model) {
        return rename(name -> replaced(name, stored, model));
    }

    private static String replaced(String name, String stored, String model) {
        String dotted = "." + name + ".";
        int at = dotted.indexOf("." + stored + ".");
        if (at < 0) {
            return name;
        }
        String renamed = dotted.substring(0, at) + "." + model + dotted.substring(at + stored.length() + 1);
        return renamed.substring(1, renamed.length() - 1);
    }

    /** The tensors below the dotted part {@code stored} are cut, by rows, into as many equal ones. */
    public NameMap cut(String stored, String... model) {
        return cut(stored, Arrays.stream(model).map(m -> new Share(m, 1)).toArray(Share[]::new));
    }

    /** The tensors below the dotted part {@code stored} are cut, by rows, in these proportions. */
    public NameMap cut(String stored, Share... shares) {
        int parts = Arrays.stream(shares).mapToInt(Share::rows).sum();
        return with(use -> {
            if (replaced(use.model, stored, "").equals(use.model)) {
                return List.of(use);
            }
            List<Use> uses = new ArrayList<>();
            int row = 0;
            for (Share s : shares) {
                uses.add(use.named(replaced(use.model, stored, s.model)).rows(row, row + s.rows, parts));
                row += s.rows;
            }
            return uses;
        });
    }

    /** The tensors below the dotted part {@code part} are stored with the halves of their rows in the other order. */
    public NameMap swapHalves(String part) {
        return with(use -> replaced(use.model, part, "").equals(use.model) ? List.of(use)
                : List.of(use.rows(1, 2, 2).piece(0, 2, 0, false), use.rows(0, 1, 2).piece(1, 2, 0, false)));
    }

    /** The tensors below the dotted part {@code model} are those below the parts {@code stored}, rows after rows. */
    public NameMap join(String model, String... stored) {
        return with(use -> {
            for (int i = 0; i < stored.length; i++) {
                String name = replaced(use.model, stored[i], model);
                if (!name.equals(use.model)) {
                    return List.of(use.named(name).piece(i, stored.length, 0, false));
                }
            }
            return List.of(use);
        });
    }

    /** The tensor {@code model} has one axis more than the tensors {@code stored}, which are its entries along {@code axis}. */
    public NameMap stack(int axis, String model, String... stored) {
        return with(use -> {
            int i = Arrays.asList(stored).indexOf(use.model);
            return List.of(i < 0 ? use : use.named(model).piece(i, stored.length, axis, true));
        });
    }

    /** Numbered names {@code stored.0, stored.1 ..} are {@code model.N-1, model.N-2 ..}, where N counts those that the file holds. */
    public NameMap mirror(String stored, String model) {
        return with(new Mirror(stored + ".", model + ".", 0));
    }

    /** Names {@code stored + number} are {@code model + (number + shift)}. */
    public NameMap renumber(String stored, String model, int shift) {
        return rename(name -> {
            int i = Numbered.index(name, stored);
            return i + shift < 0 || i < 0 ? name : model + (i + shift) + name.substring(stored.length() + Integer.toString(i).length());
        });
    }

    /** All names begin with {@code prefix} in addition, if the file holds a tensor of the name {@code holds}. */
    public NameMap below(String prefix, String holds) {
        return with(new Below(prefix, holds, false));
    }

    private record Below(String prefix, String holds, boolean held) implements Rule {
        @Override
        public List<Use> apply(Use use) {
            return List.of(held ? use.named(prefix + use.model) : use);
        }

        @Override
        public boolean depends() {
            return true;
        }

        @Override
        public Rule given(Collection<String> names) {
            return new Below(prefix, holds, names.contains(holds));
        }
    }

    private record Mirror(String stored, String model, int count) implements Rule {
        @Override
        public List<Use> apply(Use use) {
            int i = Numbered.index(use.model, stored);
            return List.of(i < 0 || i >= count ? use
                    : use.named(model + (count - 1 - i) + use.model.substring(stored.length() + Integer.toString(i).length())));
        }

        @Override
        public boolean depends() {
            return true;
        }

        @Override
        public Rule given(Collection<String> names) {
            return new Mirror(stored, model, Numbered.count(names, stored));
        }
    }

    /** The rules of {@code inner} apply to names that begin with {@code prefix} only. */
    public NameMap within(String prefix, NameMap inner) {
        if (inner.rules.stream().anyMatch(Rule::depends)) {
            throw new IllegalArgumentException("rules that depend on all names of a file cannot be limited to some");
        }
        return with(use -> use.model.startsWith(prefix) ? applied(List.of(use), inner.rules) : List.of(use));
    }

    /** The tensor {@code stored} is a copy of {@code model}: used if the latter is absent, otherwise passed over without warning. */
    public NameMap duplicate(String stored, String model) {
        List<Duplicate> more = new ArrayList<>(duplicates);
        more.add(new Duplicate(stored, model));
        return new NameMap(rules, List.copyOf(more), others);
    }

    /** Tensors whose stored name begins with one of these belong to other models that may lie in the same file: no warning. */
    public NameMap passOver(String... prefixes) {
        List<String> more = new ArrayList<>(others);
        more.addAll(List.of(prefixes));
        return new NameMap(rules, duplicates, List.copyOf(more));
    }

    /** These rules, then those of {@code next}. */
    public NameMap then(NameMap next) {
        List<Rule> both = new ArrayList<>(rules);
        both.addAll(next.rules);
        List<Duplicate> copies = new ArrayList<>(duplicates);
        copies.addAll(next.duplicates);
        return new NameMap(List.copyOf(both), List.copyOf(copies), others).passOver(next.others.toArray(String[]::new));
    }

    /** The model's name for a stored name, duplicates aside; the first one where there are several. */
    public String toModel(String stored) {
        return uses(stored).getFirst().model;
    }

    /** What becomes of a stored tensor; never empty. */
    public List<Use> uses(String stored) {
        return uses(stored, rules);
    }

    private static List<Use> uses(String stored, List<Rule> rules) {
        return applied(List.of(Use.whole(stored)), rules);
    }

    private static List<Use> applied(List<Use> given, List<Rule> rules) {
        List<Use> uses = given;
        for (Rule rule : rules) {
            uses = uses.size() == 1 ? rule.apply(uses.getFirst()) : uses.stream().flatMap(u -> rule.apply(u).stream()).toList();
        }
        return uses;
    }

    /** This map for a file that holds these names. */
    public NameMap given(Collection<String> stored) {
        List<Rule> fixed = new ArrayList<>();
        for (Rule rule : rules) {
            fixed.add(rule.depends() ? rule.given(stored.stream().map(s -> uses(s, fixed).getFirst().model).toList()) : rule);
        }
        return new NameMap(List.copyOf(fixed), duplicates, others);
    }

    List<Duplicate> duplicates() {
        return duplicates;
    }

    /** True if a tensor of this stored name belongs to another model. */
    boolean isPassedOver(String stored) {
        return others.stream().anyMatch(stored::startsWith);
    }

    private NameMap rename(UnaryOperator<String> renamed) {
        return with(use -> List.of(use.named(renamed.apply(use.model))));
    }

    private NameMap with(Rule rule) {
        List<Rule> more = new ArrayList<>(rules);
        more.add(rule);
        return new NameMap(List.copyOf(more), duplicates, others);
    }
}
