package io.github.x2i4j.loader.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A dialect of tensor names: declarative rules that turn the names stored in a file into the names that a model uses. Rules apply
 * in the order they were given, each to the outcome of those before it; a rule that does not match changes nothing, so one map
 * serves files of several dialects.
 *
 * <pre>{@code
 * NameMap QWEN = NameMap.IDENTITY
 *         .prefix("model.visual.", "visual.")
 *         .prefix("model.language_model.", "model.");
 * NameMap T5 = NameMap.IDENTITY.duplicate("encoder.embed_tokens.weight", "shared.weight");
 * }</pre>
 */
public final class NameMap {
    /** Names as stored. */
    public static final NameMap IDENTITY = new NameMap(List.of(), List.of());

    /** Drops the {@code module.} that PyTorch's data-parallel wrappers put in front of every name. */
    public static final NameMap UNWRAPPED = IDENTITY.prefix("module.", "");

    /** A stored name that repeats another: it serves where the other is absent and is otherwise passed over. */
    record Duplicate(String stored, String model) {
    }

    private final List<UnaryOperator<String>> rules;
    private final List<Duplicate> duplicates;

    private NameMap(List<UnaryOperator<String>> rules, List<Duplicate> duplicates) {
        this.rules = rules;
        this.duplicates = duplicates;
    }

    /** Names that begin with {@code stored} begin with {@code model} instead. */
    public NameMap prefix(String stored, String model) {
        return with(name -> name.startsWith(stored) ? model + name.substring(stored.length()) : name);
    }

    /**
     * Whole dotted parts of a name, wherever they stand, become others: {@code part("proj_attn", "to_out.0")} makes
     * {@code mid.proj_attn.bias} into {@code mid.to_out.0.bias}. {@code stored} may hold dots itself.
     */
    public NameMap part(String stored, String model) {
        String whole = "." + stored + ".";
        return with(name -> {
            String dotted = "." + name + ".";
            int at = dotted.indexOf(whole);
            if (at < 0) {
                return name;
            }
            String renamed = dotted.substring(0, at) + "." + model + "." + dotted.substring(at + whole.length());
            return renamed.substring(1, renamed.length() - 1);
        });
    }

    /** The tensor {@code stored} is a copy of {@code model}: used if the latter is absent, otherwise passed over without warning. */
    public NameMap duplicate(String stored, String model) {
        List<Duplicate> more = new ArrayList<>(duplicates);
        more.add(new Duplicate(stored, model));
        return new NameMap(rules, List.copyOf(more));
    }

    /** These rules, then those of {@code next}. */
    public NameMap then(NameMap next) {
        List<UnaryOperator<String>> both = new ArrayList<>(rules);
        both.addAll(next.rules);
        List<Duplicate> copies = new ArrayList<>(duplicates);
        copies.addAll(next.duplicates);
        return new NameMap(List.copyOf(both), List.copyOf(copies));
    }

    /** The model's name for a stored name, duplicates aside. */
    public String toModel(String stored) {
        String name = stored;
        for (UnaryOperator<String> rule : rules) {
            name = rule.apply(name);
        }
        return name;
    }

    List<Duplicate> duplicates() {
        return duplicates;
    }

    private NameMap with(UnaryOperator<String> rule) {
        List<UnaryOperator<String>> more = new ArrayList<>(rules);
        more.add(rule);
        return new NameMap(List.copyOf(more), duplicates);
    }
}
